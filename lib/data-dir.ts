/** The folder of a node. One process at a time may run services on it: the event bus in it has one owner, wherever the databases are. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Why a data folder can't be used, in one line for whoever starts the shop. */
export class DataDirError extends Error {
  override name = "DataDirError";
}

export interface DataDir {
  readonly path: string;
  /** Lets the next process in. Repeating it does nothing. */
  release(): void;
}

/** Creates the folder when it is missing. */
export function prepareDataDir(dir: string): string {
  const path = resolve(dir);
  try {
    createFolder(path);
    if (!statSync(path).isDirectory()) throw new DataDirError(`DATA_DIR ${path} is not a folder`);
    accessSync(path, constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    throw explained(error, path);
  }
}

/** Not `mkdirSync(…, { recursive: true })`: on a file system that refuses with ENOENT, as /proc does, that never returns. */
function createFolder(path: string): void {
  if (existsSync(path)) return;
  createFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Creates the folder and keeps other processes out of it until `release`, or until this process is gone: the lock is that of a SQLite
 * transaction on a file that nothing else opens, so the kernel frees it even on kill -9, and no stale lock is ever left to judge.
 * The file must not be read or copied by this process, because closing any descriptor of it would drop the lock (POSIX).
 */
export function takeDataDir(dir: string): DataDir {
  const path = prepareDataDir(dir);
  const database = openLock(path);
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    throw explained(error, path);
  }
  return { path, release: () => database.isOpen && database.close() };
}

function openLock(path: string): DatabaseSync {
  try {
    return new DatabaseSync(join(path, "lock.db"));
  } catch (error) {
    throw explained(error, path);
  }
}

const SQLITE_BUSY = 5;
const codes: Record<string, string> = {
  EEXIST: "is not a folder",
  ENOENT: "can't be created there",
  ENOTDIR: "is not a folder",
  EACCES: "can't be written: permission denied",
  EPERM: "can't be written: permission denied",
  EROFS: "can't be written: the file system is read-only",
  ENOSPC: "can't be written: the disk is full",
};

function explained(error: unknown, path: string): DataDirError {
  if (error instanceof DataDirError) return error;
  const { code = "", errcode, message } = error as Error & { code?: string; errcode?: number };
  const inUse =
    errcode === SQLITE_BUSY
      ? "is in use by another shop or node that is running; each process needs a DATA_DIR, a NODE_PORT and a PORT of its own"
      : undefined;
  return new DataDirError(`DATA_DIR ${path} ${inUse ?? codes[code] ?? `can't be used: ${message}`}`, { cause: error });
}
