/** Events of the order `o1` and of its payment `p1`. */
import type { PaymentStatus } from "../payment/payment.contract";
import type { OrderNews, OrderStatus, PaymentNews } from "./order-view";

const iso = (at: number) => new Date(at).toISOString();

/** What every event of the order tells; by card, and not paid yet. */
export const told = (at: number, change: Partial<OrderNews["told"]> = {}): OrderNews["told"] => ({
  orderId: "o1",
  userId: "u1",
  items: [{ productId: "a", name: "Mug", unitPrice: 12_000, quantity: 2, lineTotal: 24_000 }],
  amounts: { subtotal: 24_000, discount: 4_000, pointsUsed: 0, paid: 20_000, currency: "KRW" },
  payment: { method: "CARD" },
  userCouponId: "uc1",
  placedAt: iso(1),
  at: iso(at),
  ...change,
});

/** The order has become `status`; `paid` is the status of its payment that the event tells. */
export const orderNews = (
  status: OrderStatus,
  at: number,
  { paid, failure }: { paid?: PaymentStatus; failure?: OrderNews["failure"] } = {},
): OrderNews => ({
  told: told(at, paid && { payment: { id: "p1", method: "CARD", status: paid } }),
  status,
  ...(failure && { failure }),
  at,
});

export const paymentNews = (status: PaymentStatus, at: number): PaymentNews => ({
  orderId: "o1",
  payment: { id: "p1", method: "CARD", status },
  at,
});
