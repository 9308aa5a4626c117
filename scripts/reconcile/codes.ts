/**
 * What the numbers in the services' columns stand for, written down a second time on purpose: how the services read and write them is part
 * of what is being checked, so nothing is taken from their code.
 */

export const orderStatus = { PENDING: 1, COMPLETED: 2, FAILED: 3, CANCELING: 4, CANCELED: 5 } as const;
export type OrderStatus = keyof typeof orderStatus;

// prettier-ignore
export const paymentStatus = { PENDING: 1, APPROVED: 2, FAILED: 3, CANCELED: 4, REFUNDED: 5, PARTIALLY_REFUNDED: 6, UNKNOWN: 7 } as const;
export type PaymentStatus = keyof typeof paymentStatus;

export const method = { POINT: 1, CARD: 2, CASH: 3 } as const;
export type Method = keyof typeof method;

/** `stock_reservation.state`. */
export const reservation = { RESERVED: 1, CONFIRMED: 2, RELEASED: 3 } as const;
/** `point_history.type`. */
export const entry = { CHARGE: 1, USE: 2, REFUND: 3 } as const;
/** `user_coupon.status`. */
export const userCoupon = { AVAILABLE: 1, USED: 2 } as const;
/** `saga_instance.state`, of which the others are the saga engine's own matter. */
export const saga = { COMPLETED: 4, COMPENSATED: 5, PARKED: 6 } as const;
/** `status` of an outbox. */
export const unsent = { WAITING: 0, PARKED: 1 } as const;

/** A code that has no name is no reason to stop: no rule will agree with it. */
const nameIn = <N extends string>(codes: Readonly<Record<N, number>>) => {
  const names = new Map((Object.keys(codes) as N[]).map((name) => [codes[name], name]));
  return (code: number): N => names.get(code) ?? (`code ${code}` as N);
};

export const orderStatusOf = nameIn(orderStatus);
export const paymentStatusOf = nameIn(paymentStatus);
export const methodOf = nameIn(method);
export const entryOf = nameIn(entry);
export const sagaStateOf = nameIn(saga);

/** The topics of every service that consumes events. */
export const consumed = {
  product: ["commerce.order.v1"],
  order: ["commerce.payment.v1"],
  bestseller: ["commerce.order.v1", "commerce.product.v1"],
  "order-history": ["commerce.order.v1", "commerce.payment.v1"],
  notification: ["commerce.order.v1", "commerce.coupon.v1", "commerce.user.v1"],
} as const;

export type Consumer = keyof typeof consumed;
