import { ShopError } from "../../lib/errors";
import { handler, isStaff, type RequestMeta } from "../../lib/handlers";
import { type Order, viewOf } from "./order";
import { order } from "./order.contract";
import { findById } from "./orders";

export const readOrder = handler(order.read, async ({ params: { id, userId }, meta, db }) =>
  viewOf(visible((await findById(db, id))?.order, userId, meta)),
);

/** Another customer's order is as unknown as one that doesn't exist; staff may see every one. */
export function isVisible(found: Pick<Order, "userId">, userId: string, meta: RequestMeta): boolean {
  return found.userId === userId || isStaff(meta);
}

export function visible<O extends Pick<Order, "userId">>(found: O | undefined, userId: string, meta: RequestMeta): O {
  if (!found || !isVisible(found, userId, meta)) throw new ShopError("ORDER_NOT_FOUND");
  return found;
}
