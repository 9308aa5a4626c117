import type { Bindable, Value } from "../database/types";

/** The `set …` of an update of many sagas at once: the same value for all of them, or one for each, chosen by the business key. */
export class Assignments<Row extends { id: string }> {
  readonly #parts: string[] = [];
  readonly values: Bindable[] = [];

  constructor(private readonly rows: readonly Row[]) {}

  get sql(): string {
    return this.#parts.join(", ");
  }

  all(column: string, value: Value): this {
    this.values.push(value);
    return this.add(`${column} = ?`);
  }

  /** `prefix` is SQL that goes before the value, e.g. `now + `. */
  each(column: string, valueOf: (row: Row) => Value, prefix = ""): this {
    const values = this.rows.map(valueOf);
    if (values.every((value) => value === values[0])) {
      this.values.push(values[0]);
      return this.add(`${column} = ${prefix}?`);
    }
    this.rows.forEach(({ id }, index) => this.values.push(id, values[index]));
    return this.add(`${column} = ${prefix}case business_key ${"when ? then ? ".repeat(values.length)}end`);
  }

  add(sql: string): this {
    this.#parts.push(sql);
    return this;
  }
}
