/**
 * What a customer's orders and cancellations must come to, told from the rules in words and not from the shop's code: amounts, answers,
 * balance and its history, coupons, stock and sales. One `Books` for a customer, and the shelves that all of them share.
 */
import type { Cart } from "../support/buyer";

export interface Shelf {
  price: number;
  stock: number;
  sales: number;
}

export interface Coupon {
  discountType: "AMOUNT" | "PERCENT";
  discountValue: number;
  maxDiscount?: number;
  minOrderAmount?: number;
  /** The order that it is used by. */
  usedBy?: string;
}

export interface Entry {
  type: "CHARGE" | "USE" | "REFUND";
  amount: number;
  balanceAfter: number;
  orderId?: string;
}

export interface Placed {
  cart: Cart;
  status: "COMPLETED" | "FAILED" | "CANCELED";
  history: string[];
  amounts: { subtotal: number; discount: number; pointsUsed: number; paid: number };
  failure?: string;
}

/** What a request must be answered: a status, and the code of a refusal. */
export interface Expected {
  status: number;
  code?: string;
}

export class Books {
  balance = 0;
  readonly entries: Entry[] = [];
  /** By the id of the customer's coupon. */
  readonly coupons = new Map<string, Coupon>();
  /** By the order's id, in the order in which they were placed. */
  readonly orders = new Map<string, Placed>();

  constructor(private readonly shelves: ReadonlyMap<string, Shelf>) {}

  charge(amount: number): void {
    this.#move("CHARGE", amount);
  }

  /** What the cart must be answered. Nothing is written yet: the order's id isn't known. */
  expect(cart: Cart): Expected {
    const { subtotal, discount, paid, fromBalance } = this.#settle(cart);
    if ((cart.points ?? 0) > subtotal - discount) return { status: 422, code: "VALIDATION_FAILED" };
    const coupon = this.#coupon(cart);
    if ([...quantitiesOf(cart)].some(([id, quantity]) => quantity > this.#shelf(id).stock))
      return { status: 409, code: "PRODUCT_OUT_OF_STOCK" };
    if (coupon && !isUsable(coupon, subtotal)) return { status: 409, code: "COUPON_NOT_USABLE" };
    if (fromBalance > this.balance) return { status: 402, code: "POINT_INSUFFICIENT" };
    if (cart.payment.token === "tok_declined" && paid > 0) return { status: 402, code: "PAYMENT_DECLINED" };
    return { status: 201 };
  }

  /** Writes down what was expected of the cart, under the id that the shop gave the order. */
  placed(id: string, cart: Cart, { status, code }: Expected): void {
    const { fromBalance, ...amounts } = this.#settle(cart);
    const failed = status !== 201;
    const history = ["PENDING", failed ? "FAILED" : "COMPLETED"];
    this.orders.set(id, { cart, status: failed ? "FAILED" : "COMPLETED", history, amounts, ...(code && { failure: code }) });
    // A declined card comes after the points were taken: they went and came back.
    if (!failed || code === "PAYMENT_DECLINED") {
      if (fromBalance > 0) this.#move("USE", fromBalance, id);
      if (failed && fromBalance > 0) this.#move("REFUND", fromBalance, id);
    }
    if (failed) return;
    for (const [productId, quantity] of quantitiesOf(cart)) {
      const shelf = this.#shelf(productId);
      shelf.stock -= quantity;
      shelf.sales += quantity;
    }
    const coupon = this.#coupon(cart);
    if (coupon) coupon.usedBy = id;
  }

  /** Cancels an order, and tells what that must be answered. */
  cancel(id: string): Expected {
    const order = this.orders.get(id);
    if (order?.status !== "COMPLETED") return { status: 409, code: "ORDER_NOT_CANCELABLE" };
    if (order.cart.payment.token === "tok_refund_declined" && order.amounts.paid > 0) {
      order.history.push("CANCELING", "COMPLETED");
      return { status: 409, code: "ORDER_NOT_CANCELABLE" };
    }
    order.status = "CANCELED";
    order.history.push("CANCELING", "CANCELED");
    const { fromBalance } = fromBalanceOf(order.amounts, order.cart);
    if (fromBalance > 0) this.#move("REFUND", fromBalance, id);
    for (const [productId, quantity] of quantitiesOf(order.cart)) {
      const shelf = this.#shelf(productId);
      shelf.stock += quantity;
      shelf.sales -= quantity;
    }
    const coupon = this.#coupon(order.cart);
    if (coupon) delete coupon.usedBy;
    return { status: 200 };
  }

  /** The status that a payment of the order must have; undefined when there is none. */
  static paymentStatus({ status, cart, failure }: Placed): string | undefined {
    if (status === "COMPLETED") return "APPROVED";
    if (status === "CANCELED") return cart.payment.method === "CASH" ? "CANCELED" : "REFUNDED";
    return failure === "PAYMENT_DECLINED" ? "FAILED" : undefined;
  }

  #settle(cart: Cart): Placed["amounts"] & { fromBalance: number } {
    const subtotal = cart.items.reduce((sum, { productId, quantity }) => sum + this.#shelf(productId).price * quantity, 0);
    const coupon = this.#coupon(cart);
    const discount = coupon && isUsable(coupon, subtotal) ? discountOf(coupon, subtotal) : 0;
    const pointsUsed = cart.points ?? 0;
    const amounts = { subtotal, discount, pointsUsed, paid: subtotal - discount - pointsUsed };
    return { ...amounts, ...fromBalanceOf(amounts, cart) };
  }

  #move(type: Entry["type"], amount: number, orderId?: string): void {
    this.balance += type === "USE" ? -amount : amount;
    this.entries.push({ type, amount, balanceAfter: this.balance, ...(orderId !== undefined && { orderId }) });
  }

  #coupon({ userCouponId }: Cart): Coupon | undefined {
    return userCouponId === undefined ? undefined : this.coupons.get(userCouponId);
  }

  #shelf(productId: string): Shelf {
    return this.shelves.get(productId)!;
  }
}

function fromBalanceOf({ pointsUsed, paid }: Placed["amounts"], cart: Cart): { fromBalance: number } {
  return { fromBalance: cart.payment.method === "POINT" ? pointsUsed + paid : pointsUsed };
}

function discountOf({ discountType, discountValue, maxDiscount = Infinity }: Coupon, subtotal: number): number {
  if (discountType === "AMOUNT") return Math.min(discountValue, subtotal);
  return Math.min(Math.floor((subtotal * discountValue) / 100), maxDiscount);
}

const isUsable = ({ usedBy, minOrderAmount = 0 }: Coupon, subtotal: number) => usedBy === undefined && subtotal >= minOrderAmount;

function quantitiesOf({ items }: Cart): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of items) quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return quantities;
}
