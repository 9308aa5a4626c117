/**
 * What a failed statement tells, for both dialects. MySQL errors are known by `errno` (mysql2 gives some a wrong `code`), SQLite's by
 * `errcode`.
 */
interface DriverError {
  /** MySQL's number. */
  errno?: unknown;
  /** SQLite's extended result code. */
  errcode?: unknown;
  code?: unknown;
  /** Set by mysql2 when the connection is lost. */
  fatal?: unknown;
}

const mysqlDuplicate = new Set([1062, 1586]);
const mysqlCheck = new Set([3819, 4025]);
const mysqlConflict = new Set([1213]);
const mysqlLockWait = new Set([1205]);
const mysqlMissingSchema = 1049;
const mysqlMissingTable = 1146;
/** Server shutting down, disk or table full, read-only server, too many connections, connection killed. */
const mysqlUnavailable = new Set([1021, 1040, 1053, 1114, 1290, 1836, 1927, 3169]);

const sqliteDuplicate = new Set([1555, 2067, 2579]);
const sqliteCheck = new Set([275]);
/** Primary result codes: BUSY, LOCKED. */
const sqliteBusy = new Set([5, 6]);
/** Primary result codes: READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB. */
const sqliteUnavailable = new Set([8, 10, 11, 13, 14, 26]);

const lostConnection = new Set([
  "PROTOCOL_CONNECTION_LOST",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
]);

/** What SQLite said. `node:sqlite`'s own error lacks the statement and, under a test runner, the class that `instanceof` knows. */
export class SqliteError extends Error {
  constructor(
    message: string,
    /** SQLite's extended result code. */
    readonly errcode: number | undefined,
    /** The statement, without its values. */
    readonly sql?: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "SqliteError";
  }

  static from(error: unknown, sql: string): SqliteError {
    const { message, errcode } = error as { message?: string; errcode?: number };
    return new SqliteError(message ?? String(error), errcode, sql, error);
  }
}

/** The work read something that somebody else changed meanwhile (a key that was free is taken): the transaction is to be decided again. */
export class DecideAgain extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DecideAgain";
  }
}

/**
 * The connection was lost while it committed: the transaction may have happened or not. Never repeated here: only who asked can find
 * out, by asking again under the same key.
 */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super("the commit failed and its outcome is not known", { cause });
    this.name = "CommitUnknown";
  }
}

/** A row with this primary or unique key exists. */
export function isDuplicateKey(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  return has(mysqlDuplicate, errno) || has(sqliteDuplicate, errcode);
}

/** A CHECK of the table said no. */
export function isCheckViolation(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  return has(mysqlCheck, errno) || has(sqliteCheck, errcode);
}

/** The schema does not exist. SQLite has none. */
export function isMissingSchema(error: unknown): boolean {
  return driverError(error).errno === mysqlMissingSchema;
}

/** The table, or the whole schema, does not exist. */
export function isMissingTable(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  return (
    errno === mysqlMissingTable ||
    isMissingSchema(error) ||
    (errcode === 1 && error instanceof Error && error.message.includes("no such table"))
  );
}

/** An index of this name exists (MySQL, which has no `create index if not exists`). */
export function isDuplicateIndex(error: unknown): boolean {
  return driverError(error).errno === 1061;
}

/** No index of this name exists (MySQL, which has no `drop index if exists`). */
export function isMissingIndex(error: unknown): boolean {
  return driverError(error).errno === 1091;
}

/** The table has a column of this name. */
export function isDuplicateColumn(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  return errno === 1060 || (errcode === 1 && error instanceof Error && error.message.includes("duplicate column name"));
}

/** Nothing of the transaction remains and the same work may well succeed now: deadlock, lock wait, busy file, lost race. */
export function isRetriable(error: unknown): boolean {
  return error instanceof DecideAgain || has(mysqlConflict, driverError(error).errno) || isLockWait(error);
}

/** A lock was not to be had in time. */
export function isLockWait(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  return has(mysqlLockWait, errno) || has(sqliteBusy, primary(errcode));
}

/**
 * The failure tells of the database or the way to it and not of what it was asked: no connection, no lock, no space, a commit of unknown
 * outcome. Asking for a part of the same work would fail likewise.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof CommitUnknown || isLockWait(error)) return true;
  if (error instanceof Error && /^Sequelize(Connection|Host|AccessDenied)/.test(error.name)) return true;
  const { errno, errcode, code, fatal } = driverError(error);
  return fatal === true || has(lostConnection, code) || has(mysqlUnavailable, errno) || has(sqliteUnavailable, primary(errcode));
}

/** Sequelize wraps what the driver threw into an error with `parent`. */
function driverError(error: unknown): DriverError {
  if (typeof error !== "object" || error === null) return {};
  if ("parent" in error && typeof error.parent === "object" && error.parent !== null) return error.parent as DriverError;
  return error as DriverError;
}

function primary(errcode: unknown): unknown {
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

function has(codes: ReadonlySet<unknown>, code: unknown): boolean {
  return code !== undefined && codes.has(code);
}

/** A database that a service can't start on. The message is one line for whoever starts it; the database's own error is the cause. */
export class DatabaseUnusable extends Error {
  override readonly name = "DatabaseUnusable";

  constructor(service: string, why: string, options?: ErrorOptions) {
    super(`${service}: the database ${why}`, options);
  }
}
