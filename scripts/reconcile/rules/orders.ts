import type { OrderStatus } from "../codes";
import type { OrderFacts } from "../facts";
import { difference, type OrderRule } from "./order-rule";

/** What a status may become. */
const next: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ["COMPLETED", "FAILED"],
  COMPLETED: ["CANCELING"],
  CANCELING: ["CANCELED", "COMPLETED"],
  FAILED: [],
  CANCELED: [],
};

/** Holds at any moment: all of it is one row and what was written with it. */
export const orders: OrderRule = {
  name: "orders",
  says: "an order's lines add up to its amounts, and its history is a way that an order can go",
  judge({ order, state }) {
    if (!order) return state === "moving" ? "under way" : [];
    const { lines, amounts, history, status, createdAt, userCouponId } = order;
    const { subtotal, discount, pointsUsed, paid } = amounts;
    const sum = lines.reduce((total, { unitPrice, quantity }) => total + unitPrice * quantity, 0);
    const products = new Set(lines.map(({ productId }) => productId));
    const [first] = history;
    const steps = history.slice(1).every((entry, at) => next[history[at]!.status]?.includes(entry.status));
    const path = history.map((entry) => entry.status).join(" → ");
    return [
      ...difference("the lines make", String(sum), String(subtotal)),
      ...(subtotal - discount - pointsUsed === paid ? [] : [`${subtotal} − ${discount} − ${pointsUsed} is not ${paid}`]),
      ...(discount > 0 && userCouponId === undefined ? [`a discount of ${discount} without a coupon`] : []),
      ...(products.size === lines.length ? [] : ["two lines with one product"]),
      ...(first?.status === "PENDING" && first.at === createdAt && steps ? [] : [`its history can't be: ${path}`]),
      ...(history.at(-1)?.status === status ? [] : [`it is ${status}, its history ends otherwise: ${path}`]),
    ];
  },
};

/** Holds at any moment: an order and its saga begin and end in one transaction. */
export const openOrders: OrderRule = {
  name: "open orders",
  says: "a PENDING or CANCELING order has its open saga, and an open saga its order",
  judge({ id, order, sagas, cancellations }) {
    const due = sagasDue(id, order?.status, cancellations);
    return [
      ...difference("open sagas are", sagas.toSorted().join(", ") || "none", due),
      ...difference("attempts to cancel it that have no end are", String(cancellations.length), order?.status === "CANCELING" ? "1" : "0"),
    ];
  },
};

function sagasDue(id: string, status: OrderStatus | undefined, [attempt = 1]: OrderFacts["cancellations"]): string {
  if (status === "PENDING") return `place-order ${id}`;
  return status === "CANCELING" ? `cancel-order ${id}:${attempt}` : "none";
}
