import type { Service } from "moleculer";

import { configOf } from "../../lib/config";
import type { EventData } from "../../lib/contract";
import { on, type Received } from "../../lib/events";
import type { Tx } from "../../mixins/database";
import { order } from "../order/order.contract";
import { product } from "../product/product.contract";
import { dayOf } from "./period";
import type { Sale } from "./ranking";
import { standingsOf } from "./own-standings";
import { addSales, countOrders, setMissingNames, setNames, uncountOrders } from "./tally";

type Told = EventData<typeof order.events.completed>;

/** Completed orders count on the day of their completion, each once (I1). */
const countCompleted = on(order.events.completed, async (events, tx, host) => {
  const { businessTimeZone } = configOf(host.broker);
  const orders = ordersOf(events);
  const days = new Map(orders.map(({ orderId, at }) => [orderId, dayOf(Date.parse(at), businessTimeZone)]));
  await move(orders, 1, await countOrders(tx, days), tx, host);
  await setMissingNames(tx, new Map(orders.flatMap(({ items }) => items.map(({ productId, name }) => [productId, name]))));
});

/** A cancelled order leaves the day on which it was counted. One that was not counted here takes nothing, and never will be. */
const uncountCanceled = on(order.events.canceled, async (events, tx, host) => {
  const orders = ordersOf(events);
  const days = await uncountOrders(
    tx,
    orders.map(({ orderId }) => orderId),
  );
  await move(orders, -1, days, tx, host);
});

const setTold = (events: readonly Received<EventData<typeof product.events.changed>>[], tx: Tx) =>
  setNames(
    tx,
    events.map(({ at, data: { productId, name } }) => ({ productId, name, at })),
  );

/** A product that is removed keeps its place and its last name: it was sold all the same. */
export const consumers = [countCompleted, uncountCanceled, on(product.events.created, setTold), on(product.events.changed, setTold)];

/** Each order once, whatever was told of it twice. */
function ordersOf(events: readonly Received<Told>[]): Told[] {
  return [...new Map(events.map(({ data }) => [data.orderId, data])).values()];
}

/** Adds orders to their days in the tally, and after the commit in the ranking, or takes them away. Orders without a day are left out. */
async function move(orders: readonly Told[], sign: 1 | -1, days: ReadonlyMap<string, string>, tx: Tx, host: Service): Promise<void> {
  const moved = orders.flatMap(({ orderId, at, items }) => {
    const day = days.get(orderId);
    return day === undefined ? [] : [{ day, items, at: Date.parse(at) }];
  });
  if (moved.length === 0) return;
  const change = await addSales(tx, salesOf(moved, sign), Math.max(...moved.map(({ at }) => at)));
  tx.afterCommit(() => standingsOf(host).add(change));
}

/** One sale for a day and product. */
export function salesOf(orders: readonly (Pick<Told, "items"> & { day: string })[], sign: 1 | -1): Sale[] {
  const sales = new Map<string, Sale>();
  for (const { day, items } of orders) {
    for (const { productId, quantity } of items) {
      const key = `${day} ${productId}`;
      sales.set(key, { day, productId, sold: (sales.get(key)?.sold ?? 0) + sign * quantity });
    }
  }
  return [...sales.values()];
}
