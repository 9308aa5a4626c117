import type { Service, ServiceBroker, ServiceSchema } from "moleculer";

import { createGroupCommit, type GroupCommit, type Turns } from "../group-commit";
import { DatabaseUnusable, isUnavailable } from "./errors";
import { openDatabase } from "./open";
import type { Database, Migration } from "./types";

export interface DatabaseMixinOptions {
  /** The service's name, for messages. */
  name: string;
  /** See `openDatabase`. */
  url(broker: ServiceBroker): string;
  migrations: readonly Migration[];
  /** Whether this node brings the tables up to date when it starts; otherwise it refuses to start with old ones. */
  migrateAtStart(broker: ServiceBroker): boolean;
  /** Calls that share a transaction at most. */
  maxGroup?: number;
  /** How nodes take turns at hot rows, where there are several. */
  turns?(broker: ServiceBroker): Turns | undefined;
}

/** What the mixin puts on the service, from its start to its end. */
export interface DatabaseVars {
  db: Database;
  group: GroupCommit;
}

/**
 * Gives the service `this.db` and `this.group`. Wherever it stands among the mixins it starts before the others and stops after them, as
 * they need the database: Moleculer alone would start the last of the mixins first, and stop in the opposite order.
 */
export function databaseMixin(options: DatabaseMixinOptions): Partial<ServiceSchema> {
  const { name, migrations } = options;

  async function start(this: Service & Partial<DatabaseVars>): Promise<void> {
    const db = await openDatabase({ name, url: options.url(this.broker), migrations });
    this.db = db;
    this.group = createGroupCommit(db, { max: options.maxGroup, turns: options.turns?.(this.broker) });
    try {
      if (options.migrateAtStart(this.broker)) await db.migrate();
      else await refuseOldTables(db);
    } catch (error) {
      if (isUnavailable(error)) throw new DatabaseUnusable(name, `can't be used: ${(error as Error).message}`, { cause: error });
      throw error;
    }
  }

  async function stop(this: Service & Partial<DatabaseVars>): Promise<void> {
    await this.group?.drained();
    await this.db?.close();
  }

  const schema = {
    merged(whole: ServiceSchema) {
      whole.started = [start, whole.started ?? []].flat();
      whole.stopped = [stop, whole.stopped ?? []].flat();
    },
  };
  return schema as Partial<ServiceSchema>;
}

async function refuseOldTables(db: Database): Promise<void> {
  const pending = await db.pendingMigrations();
  if (pending.length === 0) return;
  await db.close();
  throw new DatabaseUnusable(db.name, `is not up to date, run "npm run migrate" (pending: ${pending.join(", ")})`);
}
