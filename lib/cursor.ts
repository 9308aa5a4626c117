/** Cursors of lists: where a page ended, as base64url of JSON. Opaque to clients, who hand them back as they got them. */
import { invalid } from "./validation";

/** The kinds of the values, in order. */
type CursorShape = readonly ("string" | "number")[];

type ValuesOf<S extends CursorShape> = { -readonly [K in keyof S]: S[K] extends "string" ? string : number };

/** No value that a list is sorted by is longer: names have at most 200 characters, ids 64. */
const longest = 200;

/** Writes a cursor: the sorting columns of the page's last row. `list` keeps apart lists whose cursors have one shape. */
export function encodeCursor(values: readonly (string | number)[], list = ""): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString("base64url");
}

/** Reads a cursor of that list; undefined on the first page, which has none. Any other text is VALIDATION_FAILED. */
export function decodeCursor<const S extends CursorShape>(cursor: string, shape: S, list?: string): ValuesOf<S>;
export function decodeCursor<const S extends CursorShape>(cursor: string | undefined, shape: S, list?: string): ValuesOf<S> | undefined;
export function decodeCursor<const S extends CursorShape>(cursor: string | undefined, shape: S, list = ""): ValuesOf<S> | undefined {
  if (cursor === undefined) return undefined;
  const [name, ...values] = parsed(cursor);
  const fits = name === list && values.length === shape.length && shape.every((kind, at) => isOf(kind, values[at]));
  if (!fits) throw invalid([{ path: "cursor", message: "is not a cursor of this list" }]);
  return values as ValuesOf<S>;
}

function isOf(kind: CursorShape[number], value: unknown): boolean {
  if (kind === "number") return Number.isSafeInteger(value);
  return typeof value === "string" && value.length <= longest && !/[\p{Cc}\p{Cs}]/u.test(value);
}

function parsed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // what can't be read isn't ours either
  }
}
