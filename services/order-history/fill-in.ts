import type { Owners } from "../../lib/read-models/rebuild";
import { order } from "../order/order.contract";
import { insertKnown } from "./order-views";

const atOnce = 200;

/** Writes what the events of all orders have told: an order as it is now shows all of it. */
export async function fillIn({ call, db, wrote, signal }: Owners): Promise<void> {
  for (let after: string | undefined; ;) {
    signal.throwIfAborted();
    const { orders, next } = await call(order.page, { after, limit: atOnce });
    const known = orders.map((one) => ({ ...one, heardAt: Date.parse(one.order.updatedAt) }));
    if (known.length > 0) await db.transaction((tx) => insertKnown(tx, known));
    wrote(orders.length);
    if (next === undefined) return;
    after = next;
  }
}
