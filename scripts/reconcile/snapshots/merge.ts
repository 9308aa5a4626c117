/** A row of something that belongs to a key. */
export interface Keyed {
  k: string;
}

type Streams<S extends Record<string, Keyed>> = { [N in keyof S]: AsyncIterable<S[N][]> };

/** All rows of a key, by the name of their stream. */
export type OfKey<S extends Record<string, Keyed>> = { key: string; rows: { [N in keyof S]: S[N][] } };

/** Walks through several streams, each in the order of its keys, and gives what belongs to one key together. Holds one batch of each. */
export async function* byKey<S extends Record<string, Keyed>>(streams: Streams<S>): AsyncGenerator<OfKey<S>> {
  const names = Object.keys(streams) as (keyof S)[];
  const cursors = names.map((name) => new Cursor<Keyed>(streams[name], String(name)));
  for (const cursor of cursors) await cursor.advance();
  for (;;) {
    const key = least(cursors);
    if (key === undefined) return;
    const rows = {} as OfKey<S>["rows"];
    for (const [at, cursor] of cursors.entries()) rows[names[at]!] = (await cursor.take(key)) as S[keyof S][];
    yield { key, rows };
  }
}

function least(cursors: readonly Cursor<Keyed>[]): string | undefined {
  let key: string | undefined;
  for (const { row } of cursors) if (row && (key === undefined || row.k < key)) key = row.k;
  return key;
}

class Cursor<T extends Keyed> {
  row: T | undefined;
  readonly #batches: AsyncIterator<T[]>;
  #batch: readonly T[] = [];
  #at = -1;

  constructor(
    stream: AsyncIterable<T[]>,
    private readonly name: string,
  ) {
    this.#batches = stream[Symbol.asyncIterator]();
  }

  async advance(): Promise<void> {
    const before = this.row?.k;
    this.#at++;
    while (this.#at >= this.#batch.length) {
      const next = await this.#batches.next();
      if (next.done) return void (this.row = undefined);
      this.#batch = next.value;
      this.#at = 0;
    }
    this.row = this.#batch[this.#at];
    if (before !== undefined && this.row && this.row.k < before)
      throw new Error(`${this.name} comes in no order: ${before}, ${this.row.k}`);
  }

  /** The rows of the key, when it is the next one. */
  async take(key: string): Promise<T[]> {
    const rows: T[] = [];
    while (this.row?.k === key) {
      rows.push(this.row);
      await this.advance();
    }
    return rows;
  }
}
