import { on } from "../../lib/events";
import { order } from "../order/order.contract";
import { totalsOf } from "./product";
import { countSales } from "./products";
import { confirmReservations } from "./reservations";

/** A completed order's reservations become final and its quantities count as sold. The sales count moves by events alone. */
export const countCompleted = on(order.events.completed, async (events, tx) => {
  await confirmReservations(
    tx,
    events.map(({ data }) => data.orderId),
  );
  countSales(tx, totalsOf(events.flatMap(({ data }) => data.items)));
});

/** What a cancelled order had is sold no more. Sums don't mind the order: should its completion come later, it makes up for this. */
export const countCanceled = on(order.events.canceled, async (events, tx) => {
  const totals = totalsOf(events.flatMap(({ data }) => data.items));
  countSales(tx, new Map([...totals].map(([productId, quantity]) => [productId, -quantity])));
});
