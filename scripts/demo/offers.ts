/** What the demo buys. It can be run any number of times on one folder: what has run out, staff bring in again. */
import type { ServiceBroker } from "moleculer";
import type { z } from "zod";

import { coupon, type couponView } from "../../services/coupon/coupon.contract";
import { product, type productView } from "../../services/product/product.contract";
import { callOf } from "../call";
import type { Client } from "../client";

/** Two of the products on offer, with stock for the quantities. */
export async function chooseProducts(
  broker: ServiceBroker,
  guest: Client,
  quantities: readonly number[],
): Promise<z.output<typeof productView>[]> {
  const call = callOf(broker);
  const { body } = await guest.get<{ items: z.output<typeof productView>[] }>("/products?limit=100");
  const chosen = body.items.toSorted((a, b) => b.stock - a.stock).slice(0, quantities.length);
  for (const { id, stock } of chosen) if (stock < 10) await call(product.adjustStock, { id, delta: 100, reason: "delivery" });
  for (const name of ["Notebook", "Pencil"].slice(chosen.length))
    chosen.push(await call(product.create, { name, price: 12_000, stock: 100 }));
  return chosen;
}

/** A coupon that any customer can take and that fits the order. */
export async function chooseCoupon(broker: ServiceBroker, guest: Client): Promise<z.output<typeof couponView>> {
  const { body } = await guest.get<{ items: z.output<typeof couponView>[] }>("/coupons?limit=100");
  const open = body.items.find(
    ({ remaining, minOrderAmount = 0, startsAt }) => remaining > 0 && minOrderAmount === 0 && Date.parse(startsAt) <= Date.now(),
  );
  if (open) return open;
  const day = 24 * 60 * 60 * 1000;
  const time = { startsAt: new Date(Date.now() - day).toISOString(), endsAt: new Date(Date.now() + 365 * day).toISOString() };
  return callOf(broker)(coupon.create, { title: "10 % off", discountType: "PERCENT", discountValue: 10, quantity: 1_000, ...time });
}
