import { rmSync } from "node:fs";
import { parse, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { isLockWait } from "../errors";
import { sqliteUrl } from "../open";
import { SqliteHandle } from "../sqlite-handle";
import { queueOf } from "../writer-queue";
import type { Place } from "./index";

const waitMs = 5_000;
const retryMs = 5;

/** A file of its own, so that who builds there doesn't keep other writers waiting. */
export function besideSqlite(url: string, suffix: string): Place {
  const live = resolve(url.slice("sqlite:".length));
  const { dir, name, ext } = parse(live);
  const file = resolve(dir, `${name}${suffix}${ext}`);
  return {
    url: sqliteUrl(file),
    replace: (tables) => replace(live, file, tables),
    async remove() {
      for (const part of ["", "-wal", "-shm"]) rmSync(file + part, { force: true });
    },
  };
}

/** A transaction that copies. SQLite can rename tables too, but not their indexes, whose names are the file's: they would keep those from beside. */
async function replace(live: string, file: string, tables: readonly string[]): Promise<void> {
  const queue = queueOf(live);
  await queue.enter();
  const handle = new SqliteHandle(live, "PRAGMA busy_timeout=0");
  try {
    handle.exec(`attach database '${file.replaceAll("'", "''")}' as beside`);
    await beginImmediate(handle);
    for (const table of tables) {
      handle.exec(`delete from main.\`${table}\`; insert into main.\`${table}\` select * from beside.\`${table}\``);
    }
    handle.exec("commit");
  } finally {
    handle.close(); // rolls back what was not committed
    queue.leave();
  }
}

async function beginImmediate(handle: SqliteHandle): Promise<void> {
  for (const giveUp = Date.now() + waitMs; ;) {
    try {
      return handle.exec("begin immediate");
    } catch (error) {
      if (!isLockWait(error) || Date.now() > giveUp) throw error;
    }
    await delay(retryMs);
  }
}
