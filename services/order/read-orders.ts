import { ShopError } from "../../lib/errors";
import { handler, isOwnOrStaff, type RequestMeta } from "../../lib/handlers";
import { type Order, viewOf } from "./order";
import { order } from "./order.contract";
import { findById } from "./orders";

export const readOrder = handler(order.read, async ({ params: { id, userId }, meta, db }) =>
  viewOf(visible((await findById(db, id))?.order, userId, meta)),
);

/** What was found of an order, for its customer and for staff. Throws ORDER_NOT_FOUND for others, as when nothing was found. */
export function visible<O extends Pick<Order, "userId">>(found: O | undefined, userId: string, meta: RequestMeta): O {
  if (!found || !isOwnOrStaff(meta, userId, found.userId)) throw new ShopError("ORDER_NOT_FOUND");
  return found;
}
