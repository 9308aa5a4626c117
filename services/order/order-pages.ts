import { handler } from "../../lib/handlers";
import { viewOf } from "./order";
import { order } from "./order.contract";
import { readAfter } from "./orders";

export const orderPage = handler(order.page, async ({ params: { after, limit }, db }) => {
  const orders = await readAfter(db, after, limit);
  return {
    orders: orders.map((one) => ({ userId: one.userId, order: viewOf(one) })),
    next: orders.length < limit ? undefined : orders.at(-1)?.id,
  };
});
