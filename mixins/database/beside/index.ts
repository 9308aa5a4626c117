/**
 * A database beside another one: the same tables by the same migrations, empty, where tables are built anew while the others are in use;
 * and then one step that puts them in the others' place. No statement differs from those on the other one, and no lock is shared with it.
 */
import { openDatabase } from "../open";
import type { Database, Migration } from "../types";
import { besideMysql } from "./mysql";
import { besideSqlite } from "./sqlite";

export interface BesideOptions {
  /** The service's name, for messages. */
  name: string;
  /** Of the database in use, as `openDatabase` takes it. */
  url: string;
  migrations: readonly Migration[];
  /** Tells it from others beside the same database: lower-case letters and digits. */
  id: string;
}

/** What a kind of database has to offer for it. */
export interface Place {
  url: string;
  /** See `Beside.replace`. */
  replace(tables: readonly string[]): Promise<void>;
  /** Removes it with all that it holds. Nobody has it open. */
  remove(): Promise<void>;
}

export interface Beside {
  db: Database;
  /**
   * Puts these tables in the place of those in use, all of them in one step: whoever reads or writes, and whoever dies when, meets either
   * all of the old ones or all of the new ones. What writes to them must be over. When it rejects by a lost connection, it may have happened.
   */
  replace(tables: readonly string[]): Promise<void>;
  /** Closes it and removes it with all that it holds. May be called twice. */
  remove(): Promise<void>;
}

/** Creates the database beside. Needs the right to create one on the server. */
export async function openBeside(options: BesideOptions): Promise<Beside> {
  const { name, migrations } = options;
  const place = placeOf(options);
  const db = await openDatabase({ name, url: place.url, migrations });
  let removing: Promise<void> | undefined;
  const remove = () => (removing ??= db.close().then(() => place.remove()));
  try {
    await db.migrate();
  } catch (error) {
    await remove().catch(() => undefined); // the first error tells why
    throw error;
  }
  return { db, replace: place.replace, remove };
}

/** Removes one that somebody left behind, if it is there. */
export function removeBeside(options: Pick<BesideOptions, "url" | "id">): Promise<void> {
  return placeOf(options).remove();
}

function placeOf({ url, id }: Pick<BesideOptions, "url" | "id">): Place {
  if (!/^[a-z0-9]{1,16}$/.test(id)) throw new TypeError(`not good for a name of a database: ${id}`);
  return url.startsWith("mysql:") ? besideMysql(url, `_rebuild_${id}`) : besideSqlite(url, `.rebuild-${id}`);
}
