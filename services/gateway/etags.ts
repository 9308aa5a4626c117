/**
 * Entity tags (RFC 9110, 8.8). A tag is `"<hash>"` of the JSON, or `"<version>.<hash>"` of a thing that has a version: a read is known again by
 * the whole of it, a change is checked by its version alone, because stock and sales move without one.
 */
import { hash } from "node:crypto";

import { ShopError } from "../../lib/errors";
import type { Params } from "./parameters";

/** 96 bits: nobody finds two texts with one tag by chance, and it costs a caller nothing to be told a wrong 304 of his own. */
const hashLength = 16;

/** The strong tag of an answer. */
export function entityTagOf(json: string, data: unknown): string {
  const digest = hash("sha1", json, "base64url").slice(0, hashLength);
  const version = (data as { version?: unknown } | null)?.version;
  return Number.isSafeInteger(version) ? `"${String(version)}.${digest}"` : `"${digest}"`;
}

/** Whether an `If-None-Match` has the tag, weak or not. */
export function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header === tag || header.trim() === "*" || tagsIn(header).some(({ opaque }) => opaque === tag);
}

/**
 * Fills `version` from an `If-Match`. Of several tags the newest counts: a version is never taken back, so no other can be the present one.
 * Throws VERSION_STALE when none of them is ours, or when the body names another version. `*` names none: whether
 * that will do is the action's business.
 */
export function takeVersion(params: Params, header: string | undefined): void {
  if (header === undefined || header.trim() === "*") return;
  const version = Math.max(...tagsIn(header).map(versionOf));
  if (version < 0 || (typeof params.version === "number" && params.version !== version)) throw new ShopError("VERSION_STALE");
  if (!("version" in params)) params.version = version;
}

interface Tag {
  weak: boolean;
  /** With its quotes. */
  opaque: string;
}

/** The tags of a list, up to the first thing that isn't one: what can't be read matches nothing. */
function tagsIn(header: string): Tag[] {
  const next = /[\s,]*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?=,|$)/y;
  const tags: Tag[] = [];
  for (let found = next.exec(header); found; found = next.exec(header)) tags.push({ weak: found[1] !== undefined, opaque: found[2]! });
  return tags;
}

/** −1 of a tag that can't match: a weak one, or one that we haven't made. */
function versionOf({ weak, opaque }: Tag): number {
  const version = Number(/^"(\d{1,15})\.[\w-]{16}"$/.exec(opaque)?.[1] ?? -1);
  return weak ? -1 : version;
}
