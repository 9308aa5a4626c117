import type { Ctx } from "../../lib/handlers";
import { refuse } from "../../lib/errors";
import { defaultCurrency } from "../../lib/money";
import type { ParsedOf } from "../../mixins/action-ref";
import { done, type Outcome, type Refusal } from "../../mixins/outcome";
import { coupon } from "../coupon/coupon.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { type Amounts, mergeLines, type Offer, type OrderLine, pointsFromBalance, priceLines, settleAmounts, subtotalOf } from "./order";
import type { order } from "./order.contract";

type Request = Pick<Ctx<ParsedOf<typeof order.place>>, "params" | "call">;

/** What an order comes to, and why it can't be placed now, if so. */
export interface Quote {
  items: OrderLine[];
  amounts: Amounts;
  refusal?: Refusal;
}

/**
 * Prices, discount and balance as they are now; nothing is taken. Throws when something asked for doesn't exist (404) or the amounts
 * can't be (422). What a step of the saga would refuse is refused here for the price of a read, in the saga's order of causes.
 */
export async function quote({ params, call }: Request): Promise<Quote> {
  const lines = mergeLines(params.items);
  const { products } = await call(product.quote, { productIds: lines.map(({ productId }) => productId) });
  const items = priceLines(lines, products);
  const subtotal = subtotalOf(items);
  const [discount, balance] = await Promise.all([discountOf({ params, call }, subtotal), balanceOf({ params, call })]);
  const amounts = settleAmounts({
    subtotal,
    discount: discount.ok ? discount.result : 0,
    points: params.points,
    currency: products[0]?.currency ?? defaultCurrency,
  });
  const refusal =
    tooLittleStock(items, products) ??
    (discount.ok ? undefined : discount) ??
    tooFewPoints(pointsFromBalance(amounts, params.payment.method), balance);
  return { items, amounts, ...(refusal && { refusal }) };
}

async function discountOf({ params, call }: Request, subtotal: number): Promise<Outcome<number>> {
  const { userId, userCouponId } = params;
  if (userCouponId === undefined) return done(0);
  try {
    const { discount } = await call(coupon.quote, { userId, userCouponId, subtotal });
    return done(discount);
  } catch (error) {
    if (error instanceof Error && "type" in error && error.type === "COUPON_NOT_USABLE") return refuse("COUPON_NOT_USABLE", error.message);
    throw error;
  }
}

async function balanceOf({ params, call }: Request): Promise<number> {
  if (params.points === 0 && params.payment.method !== "POINT") return 0;
  return (await call(point.quote, { userId: params.userId })).balance;
}

function tooLittleStock(items: readonly OrderLine[], offers: readonly (Offer & { stock: number })[]): Refusal | undefined {
  for (const [index, { name, quantity }] of items.entries()) {
    const stock = offers[index]?.stock ?? 0;
    if (quantity > stock) return refuse("PRODUCT_OUT_OF_STOCK", `${quantity} of ${name} are asked for, ${stock} are left`);
  }
  return undefined;
}

function tooFewPoints(needed: number, balance: number): Refusal | undefined {
  return needed > balance ? refuse("POINT_INSUFFICIENT", `${needed} points are needed, ${balance} are there`) : undefined;
}
