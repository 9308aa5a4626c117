import type { Dialect } from "./dialect";
import type { Result, Session, Statement } from "./engine";
import { isRetriable, isUnavailable } from "./errors";
import type { Bindable, MustChange, OutgoingMessage, Tx, Value } from "./types";

const identifier = /^[a-z_][a-z0-9_]*$/i;

/** The transaction as its work sees it. Every method fails once the work has returned. */
export class OpenTransaction implements Tx {
  readonly published: OutgoingMessage[] = [];
  readonly hooks: (() => void)[] = [];
  /** What goes out with the next statement, or with the commit. */
  #held: Statement[] = [];
  /** Why nothing may be committed any more: something that nobody waits for failed, or the database has ended the transaction. */
  #failure: { error: unknown } | undefined;
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

  /** What was held back is sent before, by itself, so that a key that is taken here can be told from one that is taken there. */
  async insert(table: string, rows: readonly Record<string, Value>[]): Promise<number> {
    const statement = insertOf(table, rows);
    if (!statement) return 0;
    this.#mustBeOpen();
    if (this.#held.length > 0) await this.#send(this.#takeHeld());
    return this.execute(statement.sql, statement.values);
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

  /** Nothing more is taken. Gives what is still to be sent with the commit; throws when there must be none. */
  end(): readonly Statement[] {
    this.#open = false;
    if (this.#failure) throw this.#failure.error;
    return this.#held;
  }

  /** Nothing more is taken. Gives why the transaction failed, of which `error` may be a consequence only. */
  abandon(error: unknown): unknown {
    this.#open = false;
    return this.#failure ? this.#failure.error : error;
  }

  #run(sql: string, values: readonly Bindable[]): Promise<Result> {
    return this.#send([...this.#takeHeld(), { sql, values }], 1);
  }

  /** `own`: how many of the last statements are awaited by somebody who may go on when they fail. */
  async #send(statements: readonly Statement[], own = 0): Promise<Result> {
    if (this.#failure) throw this.#failure.error;
    try {
      return await this.session.run(statements);
    } catch (error) {
      if (statements.length > own || isRetriable(error) || isUnavailable(error)) this.#failure = { error };
      throw error;
    }
  }

  #takeHeld(): readonly Statement[] {
    return this.#held.splice(0);
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
