/**
 * I1, I7: what followers count is the sum over the orders that are completed and not cancelled. Of an order whose event may or may not
 * have been applied at the moment of reading nobody can tell; so a count must lie between the sum without such orders and the sum with
 * them. When nothing is under way, the two are one.
 */
import type { Calendar } from "../calendar";
import type { Follower, OrderFacts } from "../facts";
import type { Reading } from "../reading";
import type { Findings, Rule } from "./rule";

interface Range {
  least: number;
  most: number;
}

/** Adds up over all orders, and is compared in the end. */
export abstract class SumRule implements Rule {
  abstract readonly name: string;
  abstract readonly says: string;
  readonly #due = new Map<string, Range>();

  constructor(private readonly follower: Follower) {}

  /** What the quantity of a product in an order that was completed then is counted under. */
  protected abstract keyOf(productId: string, completedAt: number): string;

  /** The counts that are there. */
  protected abstract counts(reading: Reading): AsyncIterable<{ key: string; count: number }[]>;

  follow({ order, completedAt, state, awaited, reservations }: OrderFacts): void {
    if (completedAt === undefined) return;
    const open = state === "moving" || awaited(this.follower);
    if (!open && order?.status !== "COMPLETED") return;
    // One that is newer than the first reading of orders is known by what it has reserved.
    for (const { productId, quantity } of order?.lines ?? reservations) {
      const key = this.keyOf(productId, completedAt);
      const range = this.#due.get(key) ?? { least: 0, most: 0 };
      range.most += quantity;
      if (!open) range.least += quantity;
      this.#due.set(key, range);
    }
  }

  async compare(reading: Reading, found: Findings): Promise<void> {
    for await (const batch of this.counts(reading)) {
      for (const { key, count } of batch) {
        this.#judge(key, count, this.#due.get(key), found);
        this.#due.delete(key);
      }
    }
    for (const [key, due] of this.#due) this.#judge(key, 0, due, found);
  }

  #judge(what: string, count: number, { least, most }: Range = { least: 0, most: 0 }, found: Findings): void {
    if (count < least || count > most)
      found.violated(what, `${count} are counted, the orders make ${least === most ? least : `${least} to ${most}`}`);
    else if (least === most) found.right();
    else found.pending();
  }
}

export class Sales extends SumRule {
  readonly name = "sales";
  readonly says = "a product's sales count = what its completed orders have of it, cancelled ones apart";

  constructor() {
    super("product");
  }

  protected keyOf(productId: string): string {
    return `product ${productId}`;
  }

  protected async *counts(reading: Reading) {
    const rows = reading.of("product").batches<{ id: string; count: number }>("select id, sales_count as count from product");
    for await (const batch of rows) {
      yield batch.map(({ id, count }) => ({ key: this.keyOf(id), count }));
    }
  }
}

export class Tally extends SumRule {
  readonly name = "tally";
  readonly says = "the ranking's durable tally of a day = what the orders completed on it have of a product, cancelled ones apart";

  constructor(private readonly calendar: Calendar) {
    super("bestseller");
  }

  protected keyOf(productId: string, completedAt: number): string {
    return tallyKey(this.calendar.dayOf(completedAt), productId);
  }

  protected async *counts(reading: Reading) {
    const rows = reading
      .of("bestseller")
      .batches<{ day: string; productId: string; count: number }>("select day, product_id as productId, sold as count from daily_sales");
    for await (const batch of rows) {
      yield batch.map(({ day, productId, count }) => ({ key: tallyKey(day, productId), count }));
    }
  }
}

const tallyKey = (day: string, productId: string) => `${day}, product ${productId}`;
