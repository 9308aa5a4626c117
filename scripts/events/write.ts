/** Writes what `npm run events` makes. Apart, because prettier can't be loaded within jest. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format, resolveConfig } from "prettier";
import { stringify } from "yaml";

import { asyncApiDocument, documentFile } from "./document";
import { type Released, releasedFolder } from "./released";

const head = "# Generated from the contracts by `npm run events`. Change those, not this.\n";

export async function writeDocument(): Promise<void> {
  await write(documentFile, head + stringify(asyncApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 }));
}

/** Writes what is there today as released. Files of earlier versions stay. */
export async function writeReleased(events: readonly Released[]): Promise<void> {
  mkdirSync(releasedFolder, { recursive: true });
  for (const one of events) await write(join(releasedFolder, `${one.event}.v${one.version}.json`), JSON.stringify(one));
}

async function write(file: string, text: string): Promise<void> {
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}
