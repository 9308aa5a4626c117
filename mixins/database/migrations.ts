/**
 * Migrations through umzug, each once, recorded in the table `migration` of the same database.
 *
 * All that are pending run in one transaction, whose connection holds the lock: on SQLite the transaction itself keeps others out, and
 * either all of them stand or none. MySQL commits at every `create` and `alter`, so there a named lock of the connection keeps others
 * out, every statement stands by itself, and a migration must be repeatable after a crash half-way (`create table if not exists`).
 */
import { Umzug } from "umzug";

import type { Engine } from "./engine";
import { isMissingTable } from "./errors";
import type { Database, Migration, Reader, Tx } from "./types";

const lockSeconds = 60;

export async function migrate(engine: Engine, db: Database, migrations: readonly Migration[]): Promise<string[]> {
  if ((await pendingMigrations(db, migrations)).length === 0) return [];
  await engine.ensureSchema();
  return db.transaction(async (tx) => {
    await lock(tx);
    try {
      await tx.execute("create table if not exists migration (name varchar(191) not null primary key, at bigint not null)");
      const ran = await umzug(tx, migrations).up();
      return ran.map(({ name }) => name);
    } finally {
      await unlock(tx);
    }
  });
}

export async function pendingMigrations(db: Reader, migrations: readonly Migration[]): Promise<string[]> {
  const executed = new Set(await executedNames(db));
  return migrations.map(({ name }) => name).filter((name) => !executed.has(name));
}

function umzug(tx: Tx, migrations: readonly Migration[]): Umzug<Tx> {
  return new Umzug<Tx>({
    migrations: migrations.map((migration) => ({ name: migration.name, up: ({ context }) => migration.up(context) })),
    context: tx,
    logger: undefined,
    storage: {
      executed: () => executedNames(tx),
      logMigration: async ({ name }) => void (await tx.execute(`insert into migration (name, at) values (?, ${tx.dialect.now})`, [name])),
      unlogMigration: async ({ name }) => void (await tx.execute("delete from migration where name = ?", [name])),
    },
  });
}

async function executedNames(db: Reader): Promise<string[]> {
  try {
    const rows = await db.select<{ name: string }>("select name from migration order by name");
    return rows.map(({ name }) => name);
  } catch (error) {
    if (isMissingTable(error)) return [];
    throw error;
  }
}

async function lock(tx: Tx): Promise<void> {
  if (!tx.dialect.migrationLock) return;
  const [row] = await tx.select<{ got: number | null }>(`select get_lock(${tx.dialect.migrationLock}, ?) as got`, [lockSeconds]);
  if (row?.got !== 1) throw new Error(`another process has been migrating this database for ${lockSeconds} s`);
}

async function unlock(tx: Tx): Promise<void> {
  if (tx.dialect.migrationLock) await tx.select(`select release_lock(${tx.dialect.migrationLock})`);
}
