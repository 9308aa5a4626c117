import { v7 as uuid } from "uuid";

import { tokenSigner } from "../../lib/tokens";
import { Client } from "../../scripts/client";
import type { Coupon, Goods, Needs, Product } from "../workloads/workload";
import { mapAtMost } from "./map-at-most";
import type { Shop } from "./shop";

const day = 86_400_000;
/** How many things are put on offer at once. */
const atOnce = 16;

/** Puts on offer in a shop what a workload needs, and signs the customers in: a token is all that a shop asks of a customer. */
export async function stockUp({ config, url }: Shop, { stocks, quantities, customers }: Needs): Promise<Goods> {
  const sign = await tokenSigner(config);
  const admin = new Client(url, await sign({ id: uuid(), role: "admin" }, day / 1_000));
  const create = async <T>(path: string, thing: object) => {
    const { status, body } = await admin.post<T>(path, thing);
    if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const signIn = async (id: string) => ({ id, token: await sign({ id, role: "customer" }, day / 1_000) });
  const now = Date.now();
  const [startsAt, endsAt] = [now - day, now + day].map((time) => new Date(time).toISOString());
  const coupon = { title: "Bench", discountType: "AMOUNT", discountValue: 1_000, startsAt, endsAt };
  return {
    products: await mapAtMost(
      stocks,
      (stock, n) => create<Product>("/products", { name: `Product ${n + 1}`, price: 10_000, stock }),
      atOnce,
    ),
    coupons: await mapAtMost(quantities, (quantity) => create<Coupon>("/coupons", { ...coupon, quantity }), atOnce),
    customers: await mapAtMost(
      Array.from({ length: customers }, () => uuid()),
      signIn,
      atOnce,
    ),
  };
}
