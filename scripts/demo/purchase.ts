/** One customer's way through the shop, and what must be true after it. */
import { randomUUID } from "node:crypto";

import type { ServiceBroker } from "moleculer";
import type { z } from "zod";

import { defaultCurrency, formatMoney } from "../../lib/money";
import type { ranking } from "../../services/bestseller/bestseller.contract";
import type { couponView, userCouponView } from "../../services/coupon/coupon.contract";
import type { orderView } from "../../services/order/order.contract";
import type { paymentView } from "../../services/payment/payment.contract";
import type { wallet } from "../../services/point/point.contract";
import type { productView } from "../../services/product/product.contract";
import type { tokens } from "../../services/user/user.contract";
import { Client } from "../client";
import type { Checks } from "./checks";
import { chooseCoupon, chooseProducts } from "./offers";
import { colour } from "./show";

type Product = z.output<typeof productView>;
type Coupon = z.output<typeof couponView>;
type UserCoupon = z.output<typeof userCouponView>;
type Order = z.output<typeof orderView>;

const charged = 50_000;
const points = 5_000;
const quantities = [2, 1];

export async function buy(broker: ServiceBroker, url: string, checks: Checks): Promise<void> {
  const guest = new Client(url);
  const products = await chooseProducts(broker, guest, quantities);
  const offer = await chooseCoupon(broker, guest);
  const before = await standings(guest, products);

  const { email, customer } = await register(guest);
  tell(`A new customer, ${email}`);

  tell(`charges ${won(charged)} of points`);
  const charge = await say(customer.post<z.output<typeof wallet>>("/points/me/charge", { amount: charged }), 201);
  checks.that("the balance is what was charged", charge.balance, charged);

  tell(`takes the coupon "${offer.title}"`);
  const mine = await say(customer.post<UserCoupon>(`/coupons/${offer.id}/issue`), 201);
  checks.that("it is his, and one fewer remains", [mine.status, await remaining(guest, offer)], ["AVAILABLE", offer.remaining - 1]);

  const items = products.map(({ id }, at) => ({ productId: id, quantity: quantities[at] ?? 1 }));
  tell(
    `orders ${products.map(({ name }, at) => `${quantities[at]} × ${name}`).join(" and ")}, with ${won(points)} of points, the rest by card`,
  );
  const cart = { items, userCouponId: mine.id, points, payment: { method: "CARD", token: "tok_ok" } };
  const order = await say(customer.post<Order>("/orders", cart), 201);

  tell("and looks at what has become of it");
  const expected = amountsOf(products, offer);
  checks.that("the order is COMPLETED", order.status, "COMPLETED");
  checks.that(`its amounts are right, ${won(expected.paid)} to pay`, order.amounts, expected);
  checks.that("reading it again says the same", (await say(customer.get<Order>(`/orders/${order.id}`))).amounts, expected);
  const paid = await say(customer.get<z.output<typeof paymentView>>(`/payments/${order.payment.id}`));
  checks.that("the payment is APPROVED over that amount", [paid.status, paid.amount], ["APPROVED", expected.paid]);
  const left = await say(customer.get<z.output<typeof wallet>>("/points/me"));
  checks.that("the points are gone from the balance, once", left.balance, charged - points);
  const coupons = await say(customer.get<{ items: UserCoupon[] }>("/coupons/mine"));
  checks.that(
    "the coupon is used, for this order",
    coupons.items.map(({ status, orderId }) => [status, orderId]),
    [["USED", order.id]],
  );

  const due = before.map((one, at) => ({
    ...one,
    stock: one.stock - quantities[at]!,
    sold: one.sold + quantities[at]!,
    ranked: one.ranked + quantities[at]!,
  }));
  const stocks = (all: typeof due) => all.map(({ stock }) => stock);
  checks.that("the stock has gone down", stocks(await standings(guest, products)), stocks(due));
  await checks.soon("sales count and ranking have followed", () => standings(guest, products), due);
}

function tell(text: string): void {
  console.log(colour.bold(text));
}

const won = (amount: number) => formatMoney(amount, defaultCurrency);

/** The answer's body; anything but the expected status ends the demo. */
async function say<T>(answer: Promise<{ status: number; body: T }>, status = 200): Promise<T> {
  const { status: told, body } = await answer;
  if (told !== status) throw new Error(`the shop answered ${told} instead of ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function register(guest: Client) {
  const email = `demo-${randomUUID()}@example.com`;
  const answer = guest.post<z.output<typeof tokens>>("/auth/register", { email, password: randomUUID(), nickname: "Demo" });
  const { accessToken } = await say(answer, 201);
  return { email, customer: guest.as(accessToken) };
}

function amountsOf(products: readonly Product[], { discountType, discountValue, maxDiscount = Infinity }: Coupon): Order["amounts"] {
  const subtotal = products.reduce((sum, { price }, at) => sum + price * (quantities[at] ?? 1), 0);
  const percent = Math.min(Math.floor((subtotal * discountValue) / 100), maxDiscount);
  const discount = discountType === "PERCENT" ? percent : Math.min(discountValue, subtotal);
  return { subtotal, discount, pointsUsed: points, paid: subtotal - discount - points, currency: "KRW" };
}

async function remaining(guest: Client, { id }: Coupon): Promise<number | undefined> {
  const { items } = await say(guest.get<{ items: Coupon[] }>("/coupons?limit=100"));
  return items.find((one) => one.id === id)?.remaining;
}

/** What the shop says of each product: stock, sales and this month's ranking. */
async function standings(guest: Client, products: readonly { id: string }[]) {
  const top = await say(guest.get<z.output<typeof ranking>>("/bestsellers?period=month&limit=100"));
  const read = (id: string) => say(guest.get<Product>(`/products/${id}`));
  const all = await Promise.all(products.map(({ id }) => read(id)));
  return all.map(({ id, stock, salesCount }) => ({
    stock,
    sold: salesCount,
    ranked: top.items.find(({ product }) => product.id === id)?.sold ?? 0,
  }));
}
