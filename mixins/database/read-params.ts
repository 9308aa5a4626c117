/** The parameters of the plain reads: what is allowed, and nothing else. Every mistake is a ValidationError that names it. */
import { Errors } from "moleculer";

type Params = Record<string, unknown>;
type Check = (value: unknown, name: string) => unknown;

/** `find`: fields, limit, offset, sort, search with searchFields, query. */
export function checkFind(given: unknown, columns: readonly string[], maxLimit: number): Params {
  const params = check(given, {
    fields: names(columns),
    limit: wholeNumber(1),
    offset: wholeNumber(0),
    sort: names(columns, /^-/),
    ...filters(columns),
  });
  return { ...params, limit: Math.min((params.limit as number | undefined) ?? maxLimit, maxLimit) };
}

/** `count`: search with searchFields, query. */
export function checkCount(given: unknown, columns: readonly string[]): Params {
  return check(given, filters(columns));
}

/** `get`: id, or a list of at most `maxIds`; fields. */
export function checkGet(given: unknown, columns: readonly string[], maxIds: number): Params {
  const params = check(given, { id: idOrIds(maxIds), fields: names(columns) });
  if (params.id === undefined) throw wrong("id is missing");
  return params;
}

function filters(columns: readonly string[]): Record<string, Check> {
  return { query: query(columns), search: text, searchFields: names(columns) };
}

function check(given: unknown, checks: Record<string, Check>): Params {
  const params: Params = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    const checked = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!checked) throw wrong(`there is no parameter ${name}, only ${Object.keys(checks).join(", ")}`);
    if (value !== undefined && value !== null) params[name] = checked(value, name);
  }
  if (params.search !== undefined && params.searchFields === undefined) throw wrong("search needs searchFields");
  return params;
}

/** Names of columns, as a list or as text with commas or spaces between them. */
function names(columns: readonly string[], prefix?: RegExp): Check {
  return (value, name) => {
    const list: unknown[] = typeof value === "string" ? value.split(/[,\s]+/).filter(Boolean) : Array.isArray(value) ? value : [value];
    for (const item of list) mustBeColumn(typeof item === "string" && prefix ? item.replace(prefix, "") : item, columns, name);
    return list;
  };
}

/** Columns and what they must equal; a list is any of its items. */
function query(columns: readonly string[]): Check {
  return (value, name) => {
    if (typeof value !== "object" || Array.isArray(value)) throw wrong(`${name} must be an object`);
    for (const [column, wanted] of Object.entries(value as object)) {
      mustBeColumn(column, columns, name);
      const plain = Array.isArray(wanted) ? wanted.length <= 1000 && wanted.every(isPlain) : wanted === null || isPlain(wanted);
      if (!plain) throw wrong(`${name}.${column} must be a text, a number, true, false, null, or a list of those`);
    }
    return value;
  };
}

function wholeNumber(least: number): Check {
  return (value, name) => {
    const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (!Number.isSafeInteger(number) || (number as number) < least) throw wrong(`${name} must be a whole number from ${least}`);
    return number;
  };
}

function idOrIds(max: number): Check {
  return (value, name) => {
    const ids: unknown[] = Array.isArray(value) ? value : [value];
    if (ids.length > max || !ids.every((id) => typeof id === "string" || Number.isSafeInteger(id))) {
      throw wrong(`${name} must be an id or a list of at most ${max}`);
    }
    return value;
  };
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw wrong(`${name} must be a text`);
  return value;
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

function mustBeColumn(value: unknown, columns: readonly string[], name: string): void {
  if (typeof value !== "string" || !columns.includes(value))
    throw wrong(`${name}: there is no field ${String(value)}, only ${columns.join(", ")}`);
}

function wrong(message: string): Error {
  return new Errors.ValidationError(message, "VALIDATION_FAILED");
}
