import { configOf } from "../../lib/config";
import type { EventData } from "../../lib/contract";
import { on } from "../../lib/events";
import { order } from "../order/order.contract";
import { product } from "../product/product.contract";
import { dayOf } from "./period";
import type { Sale } from "./ranking";
import { standingsOf } from "./standings";
import { addSales, setMissingNames, setNames } from "./tally";

type Completed = EventData<typeof order.events.completed>;

/** Completed orders go into the tally, and after the commit into the ranking. The inbox sees to it that each does so once (I1). */
const countCompleted = on(order.events.completed, async (events, tx, host) => {
  const standings = standingsOf(host);
  const load = await standings.load();
  const orders = events.map(({ data }) => data);
  const sales = salesOf(orders, configOf(host.broker).businessTimeZone);
  const lastAt = Math.max(...orders.map(({ at }) => Date.parse(at)));
  await addSales(tx, sales, lastAt);
  await setMissingNames(tx, new Map(orders.flatMap(({ items }) => items.map(({ productId, name }) => [productId, name]))));
  tx.afterCommit(() => standings.add(load, sales, lastAt));
});

const nameCreated = on(product.events.created, (events, tx) =>
  setNames(tx, new Map(events.map(({ data: { productId, name } }) => [productId, name]))),
);

export const consumers = [countCompleted, nameCreated];

/** What orders sold, by the calendar day of their completion: one sale for a day and product. */
export function salesOf(orders: readonly Pick<Completed, "at" | "items">[], timeZone: string): Sale[] {
  const sales = new Map<string, Sale>();
  for (const { at, items } of orders) {
    const day = dayOf(Date.parse(at), timeZone);
    for (const { productId, quantity } of items) {
      const key = `${day} ${productId}`;
      sales.set(key, { day, productId, sold: (sales.get(key)?.sold ?? 0) + quantity });
    }
  }
  return [...sales.values()];
}
