import { iso } from "../../lib/clock";
import { handler, isStaff } from "../../lib/handlers";
import { orderHistory } from "./order-history.contract";
import { listViews, newestHeard } from "./order-views";

/** A customer gets his own, whatever is asked for. Staff, and a call without a caller, get those of `userId`, or everybody's. */
export const listOrders = handler(orderHistory.list, async ({ params: { userId, status, from, to, ...page }, meta, db }) => {
  const whose = meta.caller && !isStaff(meta) ? meta.caller.id : userId;
  // Asked for first: what is told between the two reads is shown though it is newer, and never the other way round.
  const heardAt = await newestHeard(db);
  const filter = {
    userId: whose,
    status,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
  };
  return { ...(await listViews(db, filter, page)), asOf: iso(heardAt ?? 0) };
});
