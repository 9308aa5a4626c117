/** What customers are told, in words. Pure. */
import type { EventData } from "../../lib/contract";
import { formatMoney } from "../../lib/money";
import type { order } from "../order/order.contract";

export interface Text {
  subject: string;
  body: string;
}

type Told = EventData<typeof order.events.completed>;

export function completedText(told: Told): Text {
  const { subtotal, discount, paid, currency } = told.amounts;
  const money = (amount: number) => formatMoney(amount, currency);
  const { points, rest } = sharesOf(told);
  const parts = [
    discount > 0 && `${money(discount)} off by coupon`,
    points > 0 && `${money(points)} from your points`,
    rest > 0 && `${money(rest)} ${told.payment.method === "CASH" ? "to pay on delivery" : "by card"}`,
  ].filter((part) => part !== false);
  const settled = discount + points + paid > 0 ? `: ${parts.join(", ")}` : "";
  return {
    subject: "Your order is complete",
    body: `Thank you. Order ${told.orderId}: ${goods(told)}. ${money(subtotal)} in all${settled}.`,
  };
}

export function failedText(told: EventData<typeof order.events.failed>): Text {
  return {
    subject: "Your order could not be placed",
    body: `${named(told)} was not placed: ${sentence(told.failure.detail)} Nothing was taken from you.`,
  };
}

export function canceledText(told: Told): Text {
  const { points, rest } = sharesOf(told);
  const back = [
    rest > 0 && told.payment.method === "CARD" && `${formatMoney(rest, told.amounts.currency)} on your card`,
    points > 0 && `${formatMoney(points, told.amounts.currency)} of points`,
    told.userCouponId !== undefined && "the coupon",
  ].filter((part) => part !== false);
  const rests = back.length > 0 ? `You get back ${list(back)}.` : "There is nothing to pay any more.";
  return { subject: "Your order is cancelled", body: `${named(told)} is cancelled. ${rests}` };
}

export function couponText(): Text {
  return { subject: "You have a new coupon", body: "A coupon waits for your next order. You find it among your coupons." };
}

/** What comes from the customer's points, and what he pays otherwise. With POINT the points pay all of it. */
function sharesOf({ amounts: { pointsUsed, paid }, payment: { method } }: Told): { points: number; rest: number } {
  return method === "POINT" ? { points: pointsUsed + paid, rest: 0 } : { points: pointsUsed, rest: paid };
}

const named = (told: Told) => `Order ${told.orderId} (${goods(told)}, ${formatMoney(told.amounts.subtotal, told.amounts.currency)})`;

const mostNames = 3;

function goods({ items }: Told): string {
  const names = items.slice(0, mostNames).map(({ quantity, name }) => `${quantity} × ${name}`);
  const more = items.length - names.length;
  return list(more > 0 ? [...names, `${more} more`] : names);
}

/** `a, b and c` */
function list(parts: readonly string[]): string {
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts.join("");
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
