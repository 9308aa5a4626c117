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
export interface SumRule extends Rule {
  follow(facts: OrderFacts): void;
  compare(reading: Reading, found: Findings): Promise<void>;
}

interface Sum extends Rule {
  follower: Follower;
  /** What the quantity of a product in an order that was completed then is counted under. */
  keyOf(productId: string, completedAt: number): string;
  /** The counts that are there. */
  counts(reading: Reading): AsyncIterable<{ key: string; count: number }[]>;
}

function sumRule({ name, says, follower, keyOf, counts }: Sum): SumRule {
  const sums = new Map<string, Range>();
  return {
    name,
    says,
    follow({ order, completedAt, state, awaited, reservations }) {
      if (completedAt === undefined) return;
      const open = state === "moving" || awaited(follower);
      if (!open && order?.status !== "COMPLETED") return;
      // One that is newer than the first reading of orders is known by what it has reserved.
      for (const { productId, quantity } of order?.lines ?? reservations) {
        const key = keyOf(productId, completedAt);
        const range = sums.get(key) ?? { least: 0, most: 0 };
        range.most += quantity;
        if (!open) range.least += quantity;
        sums.set(key, range);
      }
    },
    async compare(reading, found) {
      for await (const batch of counts(reading)) {
        for (const { key, count } of batch) {
          judge(key, count, sums.get(key), found);
          sums.delete(key);
        }
      }
      for (const [key, due] of sums) judge(key, 0, due, found);
    },
  };
}

function judge(what: string, count: number, { least, most }: Range = { least: 0, most: 0 }, found: Findings): void {
  if (count < least || count > most)
    found.violated(what, `${count} are counted, the orders make ${least === most ? least : `${least} to ${most}`}`);
  else if (least === most) found.right();
  else found.pending();
}

const saleKey = (productId: string) => `product ${productId}`;

export const sales = (): SumRule =>
  sumRule({
    name: "sales",
    says: "a product's sales count = what its completed orders have of it, cancelled ones apart",
    follower: "product",
    keyOf: saleKey,
    async *counts(reading) {
      const rows = reading.of("product").batches<{ id: string; count: number }>("select id, sales_count as count from product");
      for await (const batch of rows) yield batch.map(({ id, count }) => ({ key: saleKey(id), count }));
    },
  });

const tallyKey = (day: string, productId: string) => `${day}, product ${productId}`;

export const tally = (calendar: Calendar): SumRule =>
  sumRule({
    name: "tally",
    says: "the ranking's durable tally of a day = what the orders completed on it have of a product, cancelled ones apart",
    follower: "bestseller",
    keyOf: (productId, completedAt) => tallyKey(calendar.dayOf(completedAt), productId),
    async *counts(reading) {
      const rows = reading
        .of("bestseller")
        .batches<{ day: string; productId: string; count: number }>("select day, product_id as productId, sold as count from daily_sales");
      for await (const batch of rows) yield batch.map(({ day, productId, count }) => ({ key: tallyKey(day, productId), count }));
    },
  });
