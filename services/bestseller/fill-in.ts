/** What the events of all orders and products have told, from those who own them. */
import type { z } from "zod";

import type { Owners } from "../../lib/read-models/rebuild";
import type { Tx } from "../../mixins/database";
import { order } from "../order/order.contract";
import { product } from "../product/product.contract";
import { salesOf } from "./count-sales";
import { dayOf } from "./period";
import { addSales, countOrders, setMissingNames, setNames, uncountOrders } from "./tally";

type Order = z.output<typeof order.$actions.page.result>["orders"][number]["order"];

const atOnce = 200;

export async function fillIn(owners: Owners): Promise<void> {
  await fillInNames(owners);
  const { call, db, wrote, signal, config } = owners;
  for (let after: string | undefined; ;) {
    signal.throwIfAborted();
    const { orders, next } = await call(order.page, { after, limit: atOnce });
    await db.transaction((tx) =>
      count(
        tx,
        orders.map((one) => one.order),
        config.businessTimeZone,
      ),
    );
    wrote(orders.length);
    if (next === undefined) return;
    after = next;
  }
}

async function fillInNames({ call, db, wrote, signal }: Owners): Promise<void> {
  for (let after: string | undefined; ;) {
    signal.throwIfAborted();
    const { products, next } = await call(product.names, { after, limit: atOnce });
    await db.transaction((tx) =>
      setNames(
        tx,
        products.map(({ id: productId, name, at }) => ({ productId, name, at: Date.parse(at) })),
      ),
    );
    wrote(products.length);
    if (next === undefined) return;
    after = next;
  }
}

/** An order that is being cancelled counts until it is; one that was cancelled counts on no day, and never will. */
async function count(tx: Tx, orders: readonly Order[], timeZone: string): Promise<void> {
  const counted = orders.flatMap(({ id, status, history, items }) => {
    const completed = history.find((entry) => entry.status === "COMPLETED");
    if (!completed || status === "CANCELED") return [];
    const at = Date.parse(completed.at);
    return [{ id, items, at, day: dayOf(at, timeZone) }];
  });
  const canceled = orders.filter(({ status }) => status === "CANCELED").map(({ id }) => id);
  if (canceled.length > 0) await uncountOrders(tx, canceled);
  if (counted.length === 0) return;
  await countOrders(tx, new Map(counted.map(({ id, day }) => [id, day])));
  await addSales(tx, salesOf(counted, 1), Math.max(...counted.map(({ at }) => at)));
  await setMissingNames(tx, new Map(counted.flatMap(({ items }) => items.map(({ productId, name }) => [productId, name]))));
}
