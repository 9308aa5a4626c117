import type { BusMessage } from "../../mixins/event-bus";
import { order } from "../../services/order/order.contract";
import { messageOf } from "./events";

/** An event of an order of these quantities at 10 each, as it comes over the bus. `at` is when it happened, ISO 8601; now when left out. */
export function orderEvent(
  type: "completed" | "canceled",
  { orderId, sold, at = new Date().toISOString() }: { orderId: string; sold: Record<string, number>; at?: string },
): BusMessage {
  const items = Object.entries(sold).map(([productId, quantity]) => ({
    productId,
    name: `${productId} as ordered`,
    unitPrice: 10,
    quantity,
    lineTotal: 10 * quantity,
  }));
  const subtotal = items.reduce((sum, { lineTotal }) => sum + lineTotal, 0);
  const amounts = { subtotal, discount: 0, pointsUsed: 0, paid: subtotal, currency: "KRW" as const };
  const data = { orderId, userId: "u", items, amounts, payment: { method: "CASH" as const }, placedAt: at, at };
  return messageOf(order.events[type], data);
}
