/**
 * One SQLite file over `node:sqlite`.
 *
 * Within the process writers queue in order of arrival (one lock per file, shared by all who opened it), so that none of them ever meets
 * SQLITE_BUSY or blocks the event loop; another process that writes is waited for without blocking it either. Readers have a handle of
 * their own and see the last commit (WAL); a snapshot has one to itself, for who reads beside it sees later commits. Handles are kept: a transaction costs no open, and prepared statements survive it.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setImmediate, setTimeout as delay } from "node:timers/promises";

import { isLockWait } from "./errors";
import { type Args, type Ran, SqliteHandle } from "./sqlite-handle";
import { queueOf } from "./writer-queue";

/** How long another process that writes is waited for, and how often it is asked. */
const waitMs = 5000;
const retryMs = 5;

/** A write transaction (BEGIN IMMEDIATE). After `commit` or `rollback` it is gone. */
export interface WriteSession {
  run(sql: string, args: Args): Ran;
  /** When it rejects, the transaction has been rolled back. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** A transaction that only reads. It is to be ended once. */
export interface ReadSession {
  read(sql: string, args: Args): Ran;
  end(): void;
}

/** How many handles wait for the next snapshot. */
const keptSnapshots = 4;

export class SqliteFile {
  readonly #path: string;
  readonly #queue;
  #reader: SqliteHandle | undefined;
  /** Only ever used by the one who is at the head of the queue. */
  #writer: SqliteHandle | undefined;
  readonly #forSnapshots: SqliteHandle[] = [];
  /** Whether the writer's commits wait for the disk. */
  #durable = true;
  #closed = false;

  constructor(path: string) {
    this.#path = resolve(path);
    this.#queue = queueOf(this.#path);
  }

  read(sql: string, args: Args): Ran {
    this.#reader ??= this.#open("PRAGMA query_only=ON");
    return this.#reader.run(sql, args);
  }

  /** Sees the last commit before its first read (BEGIN DEFERRED). */
  snapshot(): ReadSession {
    const handle = this.#forSnapshots.pop() ?? this.#open("PRAGMA query_only=ON");
    handle.exec("BEGIN");
    return { read: (sql, args) => handle.run(sql, args), end: () => this.#endSnapshot(handle) };
  }

  #endSnapshot(handle: SqliteHandle): void {
    if (this.#closed || this.#forSnapshots.length >= keptSnapshots) return handle.close();
    handle.exec("ROLLBACK");
    this.#forSnapshots.push(handle);
  }

  /** `durable`: its commit waits for the disk (synchronous=FULL), and with it for all that was committed before. */
  async begin(durable = true): Promise<WriteSession> {
    await this.#queue.enter();
    try {
      // Waiting inside SQLite would block the event loop: this handle gives up at once and tries again.
      const writer = (this.#writer ??= this.#open("PRAGMA busy_timeout=0"));
      this.#setDurable(writer, durable);
      await beginImmediate(writer);
      return this.#session(writer);
    } catch (error) {
      this.#queue.leave();
      throw error;
    }
  }

  #setDurable(writer: SqliteHandle, durable: boolean): void {
    if (this.#durable === durable) return;
    writer.exec(`PRAGMA synchronous=${durable ? "FULL" : "NORMAL"}`);
    this.#durable = durable;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader?.close();
    for (const handle of this.#forSnapshots.splice(0)) handle.close();
    this.#writer?.close();
  }

  #session(writer: SqliteHandle): WriteSession {
    const end = async (sql: string) => {
      try {
        writer.exec(sql);
      } catch (error) {
        // Closing it rolls back whatever state SQLite left it in; the next transaction opens another.
        this.#writer = undefined;
        writer.close();
        throw error;
      } finally {
        this.#queue.leave();
      }
      // Everything until here ran in one turn of the event loop: let the others have theirs before the next transaction.
      await setImmediate();
    };
    return { run: (sql, args) => writer.run(sql, args), commit: () => end("COMMIT"), rollback: () => end("ROLLBACK") };
  }

  #open(pragmas: string): SqliteHandle {
    if (this.#closed) throw new Error(`${this.#path} is closed`);
    mkdirSync(dirname(this.#path), { recursive: true });
    return new SqliteHandle(this.#path, pragmas);
  }
}

async function beginImmediate(writer: SqliteHandle): Promise<void> {
  const giveUp = Date.now() + waitMs;
  for (;;) {
    try {
      return writer.exec("BEGIN IMMEDIATE");
    } catch (error) {
      if (!isLockWait(error) || Date.now() > giveUp) throw error;
    }
    await delay(retryMs);
  }
}
