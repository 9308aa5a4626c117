import { methodOf, paymentStatusOf } from "../codes";
import type { Order, OrderFacts, PaymentRow } from "../facts";
import { difference, type OrderRule } from "./order-rule";

/** I8. */
export const payments: OrderRule = {
  name: "payments",
  says: "COMPLETED: APPROVED over what is to be paid; CANCELED: all given back, CASH never taken; FAILED: nothing kept",
  judge({ order, state, payments: all }) {
    if (state === "moving") return "under way";
    const [payment, ...more] = all;
    if (more.length > 0) return [`it has ${all.length} payments`];
    if (!order) return payment ? [`its payment is ${textOf(payment)}`] : [];
    if (!payment) return order.status === "FAILED" ? [] : ["it has no payment"];
    return [
      ...difference("its payment is", textOf(payment), dueOf(order, payment)),
      ...difference("it pays", `${payment.amount} ${payment.currency}`, `${order.amounts.paid} ${order.amounts.currency}`),
      ...difference("it is a payment of", `${payment.userId} by ${methodOf(payment.method)}`, `${order.userId} by ${order.method}`),
      ...(order.status === "COMPLETED" && payment.refundId !== null ? ["it is COMPLETED, but its payment is being given back"] : []),
    ];
  },
};

const text = (status: string, refunded: number) => `${status} with ${refunded} given back`;
const textOf = ({ status, refunded }: PaymentRow) => text(paymentStatusOf(status), refunded);

function dueOf({ status, method, amounts: { paid } }: Order, payment: PaymentRow): string {
  const found = paymentStatusOf(payment.status);
  switch (status) {
    case "COMPLETED":
      // Staff may have given back a part.
      if (found === "PARTIALLY_REFUNDED" && payment.refunded > 0 && payment.refunded < paid) return textOf(payment);
      return text("APPROVED", 0);
    case "CANCELED":
      return method === "CASH" ? text("CANCELED", 0) : text("REFUNDED", paid);
    default:
      // Money that came after all is given back.
      return found === "REFUNDED" ? text("REFUNDED", payment.amount) : text("FAILED", 0);
  }
}

/** I8. */
export const provider: OrderRule = {
  name: "provider",
  says: "the payment provider has charged a card once, and keeps what our payment says (the sandbox's books are sandbox-provider.sqlite in DATA_DIR, which is to be of one shop)",
  judge({ state, payments: [payment], charges }) {
    if (!charges) return [];
    if (state === "moving") return "under way";
    const taken = charges.filter(({ approved }) => approved === 1);
    const kept = taken.reduce((sum, { amount, givenBack }) => sum + amount - givenBack, 0);
    return [
      ...(taken.length > 1 ? [`it has charged ${taken.length} times`] : []),
      ...difference("it keeps", String(kept), String(payment ? keptOf(payment) : 0)),
    ];
  },
};

function keptOf({ method, status, amount, refunded }: PaymentRow): number {
  if (methodOf(method) !== "CARD") return 0;
  return ["APPROVED", "REFUNDED", "PARTIALLY_REFUNDED"].includes(paymentStatusOf(status)) ? amount - refunded : 0;
}

export const shownPayments: OrderRule = {
  name: "shown payments",
  says: "an order shows its payment as it is",
  judge({ order, state, payments: [payment], awaited }: OrderFacts) {
    if (!order) return [];
    if (state === "moving" || awaited("order")) return "under way";
    const shown = `${order.payment.id ?? "none"} ${order.payment.status ?? ""}`;
    const due = payment ? `${payment.id} ${paymentStatusOf(payment.status)}` : "none ";
    return difference("it shows", shown, due);
  },
};
