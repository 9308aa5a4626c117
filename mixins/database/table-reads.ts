import type { Context, Service, ServiceBroker, ServiceSchema } from "moleculer";
import DbService from "moleculer-db";
import SequelizeDbAdapter from "moleculer-db-adapter-sequelize";
import type { DataType, Model, ModelAttributes, ModelStatic } from "sequelize";

import type { DatabaseVars } from "./mixin";
import { checkCount, checkFind, checkGet } from "./read-params";

export interface TableReadsOptions {
  table: string;
  /** All that may be read, sorted by and asked for; a column that isn't named here (a password) doesn't exist for these actions. */
  columns: Record<string, DataType>;
  primaryKey: string;
}

/** Rows that `find` gives at most, and when it isn't told how many. */
export const maxLimit = 100;

/**
 * Plain reads of one table for staff and the REPL: `<service>.find`, `.get` and `.count` of moleculer-db over the service's own database.
 * Nothing is written this way. Parameters are checked here, as moleculer-db's own checks need a validator on the broker, would let hidden
 * columns be asked for, and answer an unknown one with a failed statement. Needs `databaseMixin`.
 */
export function tableReads({ table, columns, primaryKey }: TableReadsOptions): Partial<ServiceSchema> {
  const fields = Object.keys(columns);
  const { actions, methods, created, started, stopped, settings } = DbService as unknown as ServiceSchema;
  const read = (name: string) => ({ ...(actions?.[name] as object), cache: false, rest: null, params: null, visibility: "public" });

  const schema = {
    settings: { ...settings, idField: primaryKey, fields, maxLimit },
    methods,
    created,
    started,
    stopped,
    actions: { find: read("find"), get: read("get"), count: read("count") },
    hooks: {
      before: {
        find: (ctx: Context<unknown>) => void (ctx.params = checkFind(ctx.params, fields, maxLimit)),
        get: (ctx: Context<unknown>) => void (ctx.params = checkGet(ctx.params, fields, maxLimit)),
        count: (ctx: Context<unknown>) => void (ctx.params = checkCount(ctx.params, fields)),
      },
    },
    // Set after the mixins have been merged: merging clones what it finds.
    merged(whole: ServiceSchema & { adapter?: SequelizeDbAdapter }) {
      whole.adapter = new SharedAdapter({ table, columns, primaryKey });
    },
  };
  return schema as unknown as Partial<ServiceSchema>;
}

/** Reads through the service's own Sequelize, which it neither opens nor closes. The tables belong to the migrations: nothing is synced. */
class SharedAdapter extends SequelizeDbAdapter {
  /** Where moleculer-db's adapter looks for it. */
  protected model: ModelStatic<Model> | undefined;
  #service: (Service & DatabaseVars) | undefined;

  constructor(private readonly options: TableReadsOptions) {
    super({});
  }

  override init(_broker: ServiceBroker, service: Service): void {
    this.#service = service as Service & DatabaseVars;
  }

  override async connect(): Promise<void> {
    const { table, columns, primaryKey } = this.options;
    const attributes: ModelAttributes = {};
    for (const [name, type] of Object.entries(columns)) attributes[name] = { type, primaryKey: name === primaryKey };
    this.model = this.#service?.db.sequelize.define(table, attributes, { tableName: table, timestamps: false });
  }

  override async disconnect(): Promise<void> {
    this.model = undefined;
  }

  /** The adapter's own looks for a column called `id`. */
  override async findByIds(ids: (string | number)[]): Promise<object[]> {
    return (await this.model?.findAll({ where: { [this.options.primaryKey]: ids } })) ?? [];
  }
}
