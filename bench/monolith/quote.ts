/** What an order comes to, from plain reads: nothing is taken or locked yet. */
import { refuse, ShopError } from "../../lib/errors";
import { uuid } from "../../lib/ids";
import { defaultCurrency } from "../../lib/money";
import type { ParsedOf } from "../../mixins/action-ref";
import { done, type Outcome, type Refusal } from "../../mixins/outcome";
import { type Held, quoteOf } from "../../services/coupon/coupon";
import {
  mergeLines,
  type Order,
  type OrderLine,
  pointsFromBalance,
  priceLines,
  settleAmounts,
  subtotalOf,
} from "../../services/order/order";
import type { order } from "../../services/order/order.contract";
import type { Run } from "./database";

export type Asked = ParsedOf<typeof order.place>;

/** The order, PENDING, and why it can't be placed, if so. Throws when something asked for doesn't exist, or the amounts can't be. */
export async function quote(run: Run, asked: Asked): Promise<{ order: Order; refusal?: Refusal }> {
  const { userId, userCouponId, points, payment } = asked;
  const at = Date.now();
  const lines = mergeLines(asked.items);
  const offers = await readOffers(
    run,
    lines.map(({ productId }) => productId),
  );
  const items = priceLines(lines, offers);
  const subtotal = subtotalOf(items);
  const discount = userCouponId === undefined ? done(0) : await discountOf(run, { userId, userCouponId, subtotal }, at);
  const amounts = settleAmounts({ subtotal, discount: discount.ok ? discount.result : 0, points, currency: defaultCurrency });
  const needed = pointsFromBalance(amounts, payment.method);
  const refusal = tooLittleStock(items, offers) ?? (discount.ok ? undefined : discount) ?? (await pointsMissing(run, userId, needed));
  const order: Order = {
    id: uuid(),
    userId,
    status: "PENDING",
    items,
    amounts,
    payment: { method: payment.method },
    ...(userCouponId !== undefined && { userCouponId }),
    history: [{ status: "PENDING", at }],
    createdAt: at,
    updatedAt: at,
  };
  return { order, ...(refusal && { refusal }) };
}

interface Offer {
  id: string;
  name: string;
  price: number;
  stock: number;
}

async function readOffers(run: Run, ids: string[]): Promise<Offer[]> {
  const { rows } = await run<Offer>(`select id, name, price, stock from product where id in (${ids.map(() => "?").join()})`, ids);
  return ids.map((id) => {
    const offer = rows.find((row) => row.id === id);
    if (!offer) throw new ShopError("PRODUCT_NOT_FOUND");
    return offer;
  });
}

async function discountOf(run: Run, of: { userId: string; userCouponId: string; subtotal: number }, at: number): Promise<Outcome<number>> {
  const { rows } = await run<Omit<Held, "used"> & { status: number }>(
    `select user_id as userId, status, expires_at as expiresAt, discount_type as discountType, discount_value as discountValue,
       max_discount as maxDiscount, min_order_amount as minOrderAmount
     from user_coupon join coupon on coupon.id = coupon_id where user_coupon.id = ?`,
    [of.userCouponId],
  );
  const [found] = rows;
  const quoted = quoteOf(found && { ...found, used: found.status === 2 }, of, at);
  if (!quoted.ok && quoted.type === "USER_COUPON_NOT_FOUND") throw new ShopError("USER_COUPON_NOT_FOUND");
  return quoted.ok ? done(quoted.result.discount) : quoted;
}

export async function readBalance(run: Run, userId: string): Promise<number> {
  const { rows } = await run<{ balance: number }>("select balance from point where user_id = ?", [userId]);
  return rows[0]?.balance ?? 0;
}

async function pointsMissing(run: Run, userId: string, needed: number): Promise<Refusal | undefined> {
  if (needed === 0) return undefined;
  const balance = await readBalance(run, userId);
  return needed > balance ? tooFewPoints(needed, balance) : undefined;
}

function tooLittleStock(items: readonly OrderLine[], offers: readonly Offer[]): Refusal | undefined {
  for (const [index, item] of items.entries()) {
    const left = offers[index]?.stock ?? 0;
    if (item.quantity > left) return outOfStock(item, left);
  }
  return undefined;
}

export const outOfStock = ({ name, quantity }: OrderLine, left: number): Refusal =>
  refuse("PRODUCT_OUT_OF_STOCK", `${quantity} of ${name} are asked for, ${left} are left`);

export const tooFewPoints = (needed: number, balance: number): Refusal =>
  refuse("POINT_INSUFFICIENT", `${needed} points are needed, ${balance} are there`);
