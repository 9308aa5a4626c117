/**
 * Statements with `?` placeholders. Both dialects go through here, so that a value is a value whatever it contains, and a mistake in
 * the number of values, an empty list or a number that isn't one is told before the database sees the statement.
 */
import type { Bindable, Value } from "./types";

/** Writes one value: as a literal (MySQL), or as a placeholder while it keeps the value (SQLite). */
export type Write = (value: string | number | null) => string;

const cacheSize = 2000;
const parsed = new Map<string, readonly string[]>();

/** Puts the values where the statement has its placeholders. A list becomes `a, b`, a list of rows `(a, b), (c, d)`. */
export function fill(sql: string, values: readonly Bindable[], write: Write): string {
  const parts = split(sql);
  if (parts.length - 1 !== values.length) throw new TypeError(`${parts.length - 1} placeholders, ${values.length} values: ${sql}`);
  let filled = parts[0] ?? "";
  values.forEach((value, index) => {
    filled += writeAny(value, write, sql) + (parts[index + 1] ?? "");
  });
  return filled;
}

function writeAny(value: Bindable, write: Write, sql: string): string {
  if (!isList(value)) return write(scalar(value, sql));
  if (value.length === 0) throw new TypeError(`an empty list for a placeholder: ${sql}`);
  return value.map((item) => (isList(item) ? `(${writeAny(item, write, sql)})` : write(scalar(item, sql)))).join(", ");
}

function isList(value: Bindable): value is readonly Value[] | readonly (readonly Value[])[] {
  return Array.isArray(value);
}

function scalar(value: Value, sql: string): string | number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return value;
  if (typeof value !== "number") throw new TypeError(`a ${typeof value} can't be bound: ${sql}`);
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new RangeError(`${value} can't be stored exactly: ${sql}`);
  }
  return value;
}

/** Comments, literals and quoted names, in which a question mark is no placeholder. */
const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\?/g;

/** The statement's text between its placeholders. */
function split(sql: string): readonly string[] {
  const known = parsed.get(sql);
  if (known) return known;
  const parts: string[] = [];
  let from = 0;
  for (const { 0: found, index } of sql.matchAll(token)) {
    // The dialects differ in what a backslash inside a literal means; a bound value means the same in both.
    if (found.startsWith("'") && found.includes("\\")) throw new TypeError(`a backslash in a literal, bind the value instead: ${sql}`);
    if (found !== "?") continue;
    parts.push(sql.slice(from, index));
    from = index + 1;
  }
  parts.push(sql.slice(from));
  if (parsed.size >= cacheSize) parsed.clear();
  parsed.set(sql, parts);
  return parts;
}
