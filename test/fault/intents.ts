import { couponTerms } from "../e2e/people";
import { newCustomers } from "./crowd";
import { cartsOf, Intent } from "./orders";
import type { RunningShop } from "./shop-process";

/** Ten orders of each of so many new customers, who have points and a coupon for them; of one product there are only five pieces. */
export async function prepareIntents(shop: RunningShop, customers: number): Promise<Intent[]> {
  const admin = await shop.login("admin@example.com");
  const create = async (stock: number) => (await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock })).body.id;
  const goods = { plenty: await create(100_000), scarce: await create(5) };
  const { body: coupon } = await admin.post<{ id: string }>("/coupons", couponTerms({ quantity: customers }));
  const intents: Intent[] = [];
  for (const person of await newCustomers(shop, customers, 1_000_000)) {
    const { body } = await person.in(shop).post<{ id: string }>(`/coupons/${coupon.id}/issue`);
    intents.push(...cartsOf(goods, body.id).map((cart) => new Intent(person, cart)));
  }
  return intents;
}
