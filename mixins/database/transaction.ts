import type { Dialect } from "./dialect";
import type { Session } from "./engine";
import type { Bindable, OutgoingMessage, Tx, Value } from "./types";

const identifier = /^[a-z_][a-z0-9_]*$/i;

/** The transaction as its work sees it. Every method fails once the work has returned. */
export class OpenTransaction implements Tx {
  readonly published: OutgoingMessage[] = [];
  readonly hooks: (() => void)[] = [];
  #open = true;

  constructor(
    readonly dialect: Dialect,
    private readonly session: Session,
  ) {}

  async select<Row extends object>(sql: string, values: readonly Bindable[] = []): Promise<Row[]> {
    this.#mustBeOpen();
    return (await this.session.run(sql, values)).rows as Row[];
  }

  async execute(sql: string, values: readonly Bindable[] = []): Promise<number> {
    this.#mustBeOpen();
    return (await this.session.run(sql, values)).changes;
  }

  async insert(table: string, rows: readonly Record<string, Value>[]): Promise<number> {
    this.#mustBeOpen();
    const [first] = rows;
    if (!first) return 0;
    const columns = Object.keys(first);
    for (const name of [table, ...columns]) if (!identifier.test(name)) throw new TypeError(`not a name of a table or column: ${name}`);
    const values = rows.map((row) => rowValues(table, columns, row));
    return this.execute(`insert into \`${table}\` (${columns.map((name) => `\`${name}\``).join(", ")}) values ?`, [values]);
  }

  publish(message: OutgoingMessage): void {
    this.#mustBeOpen();
    this.published.push(message);
  }

  afterCommit(hook: () => void): void {
    this.#mustBeOpen();
    this.hooks.push(hook);
  }

  end(): void {
    this.#open = false;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new Error("the transaction has ended: its work used it after it had returned");
  }
}

function rowValues(table: string, columns: readonly string[], row: Record<string, Value>): Value[] {
  if (Object.keys(row).length !== columns.length) throw new TypeError(`rows of one insert into ${table} differ in their columns`);
  return columns.map((name) => {
    if (!Object.hasOwn(row, name)) throw new TypeError(`rows of one insert into ${table} differ in their columns`);
    return row[name];
  });
}
