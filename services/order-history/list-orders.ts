import { iso } from "../../lib/clock";
import { ShopError } from "../../lib/errors";
import { handler, isStaff } from "../../lib/handlers";
import { orderHistory } from "./order-history.contract";
import { listViews, newestHeard } from "./order-views";

/**
 * A customer gets his own, whatever is asked for. Staff, and a call without a caller, get those of `userId`, or everybody's; only they may
 * ask by product. What is listed and `asOf` come from one moment: nothing is shown that is newer than `asOf`, and nothing older is missing.
 */
export const listOrders = handler(orderHistory.list, async ({ params, meta, db }) => {
  const { userId, productId, status, from, to, ...page } = params;
  const isCustomer = meta.caller !== undefined && !isStaff(meta);
  if (isCustomer && productId !== undefined) throw new ShopError("FORBIDDEN");
  const filter = {
    userId: isCustomer ? meta.caller?.id : userId,
    productId,
    status,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
  };
  return db.snapshot(async (reader) => ({ ...(await listViews(reader, filter, page)), asOf: iso((await newestHeard(reader)) ?? 0) }));
});
