import { ShopError } from "../../lib/errors";
import { handler, isStaff } from "../../lib/handlers";
import { viewOf } from "./order";
import { order } from "./order.contract";
import { findById, listOrders } from "./orders";

/** Another customer's order is as unknown as one that doesn't exist; staff may read every one. */
export const readOrder = handler(order.read, async ({ params: { id, userId }, meta, db }) => {
  const found = (await findById(db, id))?.order;
  if (!found || (found.userId !== userId && !isStaff(meta))) throw new ShopError("ORDER_NOT_FOUND");
  return viewOf(found);
});

export const listAllowedOrders = handler(order.list, async ({ params: { userId, ...page }, meta, db }) => {
  const { items, nextCursor } = await listOrders(db, isStaff(meta) ? undefined : userId, page);
  return { items: items.map(viewOf), nextCursor };
});
