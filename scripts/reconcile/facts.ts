/** What is known of one order in all databases. */
import type { Method, OrderStatus, PaymentStatus } from "./codes";
import type { Keyed } from "./snapshots/merge";

/** A row of `orders` with one of its lines. */
export interface OrderRow extends Keyed {
  userId: string;
  status: number;
  currency: string;
  subtotal: number;
  discount: number;
  pointsUsed: number;
  paid: number;
  userCouponId: string | null;
  method: number;
  failureCode: string | null;
  failureDetail: string | null;
  history: string;
  createdAt: number;
  productId: string | null;
  name: string | null;
  unitPrice: number | null;
  quantity: number | null;
}

/** The order as it is when everything else has been read. */
export interface AfterRow extends Keyed {
  status: number;
  history: string;
  paymentId: string | null;
  paymentStatus: number | null;
}

export interface ReservationRow extends Keyed {
  productId: string;
  quantity: number;
  state: number;
}

/** Entries of one kind in one wallet, together. */
export interface EntriesRow extends Keyed {
  userId: string;
  type: number;
  entries: number;
  amount: number;
}

export interface UserCouponRow extends Keyed {
  id: string;
  userId: string;
  status: number;
}

export interface PaymentRow extends Keyed {
  id: string;
  userId: string;
  method: number;
  status: number;
  amount: number;
  refunded: number;
  currency: string;
  refundId: string | null;
}

/** What the payment provider knows of a charge: what it took and gave back. */
export interface ChargeRow extends Keyed {
  amount: number;
  approved: number;
  givenBack: number;
}

export interface ViewRow extends Keyed {
  userId: string;
  status: number | null;
  createdAt: number | null;
  document: string;
  /** By which product it is found, and what of the order stands beside it; null when it is found by none. */
  productId: string | null;
  foundUserId: string | null;
  foundStatus: number | null;
  foundCreatedAt: number | null;
}

export interface CountedRow extends Keyed {
  day: string | null;
}

export interface Line {
  productId: string;
  name: string;
  unitPrice: number;
  quantity: number;
}

export interface Order {
  id: string;
  userId: string;
  status: OrderStatus;
  amounts: { subtotal: number; discount: number; pointsUsed: number; paid: number; currency: string };
  userCouponId: string | undefined;
  method: Method;
  failure: { code: string; detail: string } | undefined;
  /** Times in ms since the epoch. */
  history: readonly { status: OrderStatus; at: number }[];
  createdAt: number;
  lines: readonly Line[];
  /** By now. */
  payment: { id: string | undefined; status: PaymentStatus | undefined };
}

/** Who follows the events of orders and of their payments. */
export type Follower = "product" | "bestseller" | "order-history" | "order";

export interface OrderFacts {
  id: string;
  /** Undefined when there is none of this id, or not yet when the reading began. */
  order: Order | undefined;
  /** When it was COMPLETED first, ms since the epoch, as far as is known by now. */
  completedAt: number | undefined;
  /**
   * `still`: it is final, was the same before and after all else was read, and no saga works on it. So what was read of it fits together.
   * `moving`: it may have changed between two readings. `missing`: there is no such order.
   */
  state: "still" | "moving" | "missing";
  /** Open sagas that work on it. */
  sagas: readonly string[];
  /** An attempt to cancel it that has no end. */
  cancellations: readonly number[];
  /** Whether an event of it is still on its way to the follower. */
  awaited(follower: Follower): boolean;
  reservations: readonly ReservationRow[];
  entries: readonly EntriesRow[];
  userCoupons: readonly UserCouponRow[];
  payments: readonly PaymentRow[];
  /** Undefined where the provider's own books are not at hand. */
  charges: readonly ChargeRow[] | undefined;
  views: readonly ViewRow[];
  counted: readonly CountedRow[];
}

/** What the order has taken from its customer's points, when it is placed. */
export function pointsOf({ method, amounts: { pointsUsed, paid } }: Order): number {
  return method === "POINT" ? pointsUsed + paid : pointsUsed;
}
