/**
 * I1, I2, I8: a COMPLETED order has taken exactly what it says, once; one that was CANCELED has given all of it back; one that FAILED, or
 * does not exist, has nothing. Orders that are moving are passed over: what they have is about to change.
 */
import { entryOf, reservation, userCoupon } from "../codes";
import { type OrderFacts, pointsOf } from "../facts";
import { difference, type OrderRule } from "./order-rule";

const list = (texts: readonly string[]): string => texts.toSorted().join(", ") || "nothing";

export const reservations: OrderRule = {
  name: "reservations",
  says: "a COMPLETED order holds the stock of its lines, confirmed; any other final one holds none",
  judge({ order, state, awaited, reservations: all }) {
    if (state === "moving") return "under way";
    const held = all.filter(({ state: at }) => at !== reservation.RELEASED);
    const due = order?.status === "COMPLETED" ? order.lines : [];
    const text = ({ quantity, productId }: { quantity: number; productId: string }) => `${quantity} × ${productId}`;
    const wrong = difference("it holds", list(held.map(text)), list(due.map(text)));
    if (wrong.length > 0) return wrong;
    const unconfirmed = held.filter(({ state: at }) => at !== reservation.CONFIRMED);
    if (unconfirmed.length === 0) return [];
    return awaited("product") ? "under way" : [`not confirmed: ${list(unconfirmed.map(text))}`];
  },
};

export const points: OrderRule = {
  name: "points of orders",
  says: "a COMPLETED order has taken its points once; any other final one has given back what it took, once",
  judge({ order, state, entries }) {
    if (state === "moving") return "under way";
    const found = entries.map(({ type, userId, entries: count, amount }) => `${count} ${entryOf(type)} of ${amount} from ${userId}`);
    return differenceOfAny(list(found), order ? pointsDue(order) : [[]]);
  },
};

/** A FAILED order may have taken points before it failed. */
function pointsDue(order: NonNullable<OrderFacts["order"]>): string[][] {
  const amount = pointsOf(order);
  const use = `1 USE of ${amount} from ${order.userId}`;
  const refund = `1 REFUND of ${amount} from ${order.userId}`;
  if (amount === 0) return [[]];
  if (order.status === "COMPLETED") return [[use]];
  return order.status === "CANCELED" ? [[use, refund]] : [[], [use, refund]];
}

function differenceOfAny(found: string, due: readonly string[][]): string[] {
  const texts = due.map(list);
  return texts.includes(found) ? [] : [`there is ${found}, due is ${texts.join(" or ")}`];
}

export const couponsOfOrders: OrderRule = {
  name: "coupons of orders",
  says: "a coupon is used by the COMPLETED order that names it, and a COMPLETED order has used the coupon that it names",
  judge({ id, order, state, userCoupons }) {
    if (id === "") return userCoupons.map((one) => `the coupon ${one.id} is used by no order`);
    if (state === "moving") return "under way";
    const found = userCoupons.map(
      (one) => `${one.id} of ${one.userId}${one.status === userCoupon.USED ? "" : ", which is not marked as used"}`,
    );
    const due = order?.status === "COMPLETED" && order.userCouponId !== undefined ? [`${order.userCouponId} of ${order.userId}`] : [];
    return difference("it has used", list(found), list(due));
  },
};
