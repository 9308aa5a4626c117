import type { Dialect } from "./dialect";
import type { Session, Statement } from "./engine";
import type { Bindable, MustChange, OutgoingMessage, Tx, Value } from "./types";

const identifier = /^[a-z_][a-z0-9_]*$/i;

/** The transaction as its work sees it. Every method fails once the work has returned. */
export class OpenTransaction implements Tx {
  readonly published: OutgoingMessage[] = [];
  readonly hooks: (() => void)[] = [];
  /** What goes out with the next statement, or with the commit. */
  #held: Statement[] = [];
  #open = true;

  constructor(
    readonly dialect: Dialect,
    private readonly session: Session,
  ) {}

  async select<Row extends object>(sql: string, values: readonly Bindable[] = []): Promise<Row[]> {
    this.#mustBeOpen();
    return (await this.#run(sql, values)).rows as Row[];
  }

  async execute(sql: string, values: readonly Bindable[] = []): Promise<number> {
    this.#mustBeOpen();
    return (await this.#run(sql, values)).changes;
  }

  executeLater(sql: string, values: readonly Bindable[] = [], must?: MustChange): void {
    this.#mustBeOpen();
    this.#held.push({ sql, values, must });
  }

  async insert(table: string, rows: readonly Record<string, Value>[]): Promise<number> {
    const statement = insertOf(table, rows);
    return statement ? this.execute(statement.sql, statement.values) : 0;
  }

  insertLater(table: string, rows: readonly Record<string, Value>[]): void {
    const statement = insertOf(table, rows);
    if (statement) this.executeLater(statement.sql, statement.values);
  }

  publish(message: OutgoingMessage): void {
    this.#mustBeOpen();
    this.published.push(message);
  }

  afterCommit(hook: () => void): void {
    this.#mustBeOpen();
    this.hooks.push(hook);
  }

  /** Nothing more is taken. Gives what is still to be sent with the commit. */
  end(): readonly Statement[] {
    this.#open = false;
    return this.#held;
  }

  #run(sql: string, values: readonly Bindable[]) {
    const held = this.#held;
    this.#held = [];
    return this.session.run([...held, { sql, values }]);
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new Error("the transaction has ended: its work used it after it had returned");
  }
}

function insertOf(table: string, rows: readonly Record<string, Value>[]): Statement | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const columns = Object.keys(first);
  for (const name of [table, ...columns]) if (!identifier.test(name)) throw new TypeError(`not a name of a table or column: ${name}`);
  const values = rows.map((row) => rowValues(table, columns, row));
  return { sql: `insert into \`${table}\` (${columns.map((name) => `\`${name}\``).join(", ")}) values ?`, values: [values] };
}

function rowValues(table: string, columns: readonly string[], row: Record<string, Value>): Value[] {
  if (Object.keys(row).length !== columns.length) throw new TypeError(`rows of one insert into ${table} differ in their columns`);
  return columns.map((name) => {
    if (!Object.hasOwn(row, name)) throw new TypeError(`rows of one insert into ${table} differ in their columns`);
    return row[name];
  });
}
