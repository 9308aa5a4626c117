import { iso, now } from "../../lib/clock";
import { handler } from "../../lib/handlers";
import { orderHistory } from "./order-history.contract";
import { listViews, newestHeard } from "./order-views";

/** A customer gets his own, whatever is asked for. */
export const listOrders = handler(orderHistory.list, async ({ params: { userId, status, from, to, ...page }, meta: { caller }, db }) => {
  const whose = caller?.role === "customer" ? caller.id : userId;
  // Asked for first: what is told between the two reads is shown though it is newer, and never the other way round.
  const heardAt = await newestHeard(db);
  const filter = {
    userId: whose,
    status,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
  };
  return { ...(await listViews(db, filter, page)), asOf: iso(heardAt ?? now()) };
});
