/** `npm run events [-- --release]`: writes `docs/asyncapi.yaml`, and what is released of the events. */
import { parseArgs } from "node:util";

import { failOrUsage } from "../usage";
import { documentFile } from "./document";
import { complaints, presentEvents, readReleased, releasedFolder } from "./released";
import { writeDocument, writeReleased } from "./write";

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { release: { type: "boolean", default: false } } });
  await writeDocument();
  const events = presentEvents();
  const wrong = complaints(readReleased(), events);
  for (const complaint of wrong) console.error(complaint);
  if (wrong.length > 0) process.exitCode = 1;
  else if (values.release) await writeReleased(events);
  console.log(`${documentFile} is written${values.release ? (wrong.length ? "; nothing was released" : `, and ${releasedFolder}`) : ""}.`);
}

run().catch(failOrUsage);
