import { MariaDbServer } from "../../scripts/mariadb/server";
import { readUnderWay, reconcile } from "../../scripts/reconcile";
import { couponTerms } from "../e2e/people";
import { newCustomers } from "../fault/crowd";
import { cartsOf, Intent } from "../fault/orders";
import { expectTrue, finalMs, follow } from "../fault/outcomes";
import { ShopProcess } from "../fault/shop-process";
import { atEnd } from "../support/cleanup";
import { waitFor } from "../support/wait";

const customers = 10;

jest.setTimeout(240_000);

test("the database is killed before and after commits of 100 running orders: each is final, what was told is true, nothing is lost (I1, I2, I8)", async () => {
  const server = await MariaDbServer.start();
  atEnd(() => server.remove());
  const shop = await ShopProcess.start({ DATABASE_URL: `${server.url}_killed` });
  const admin = await shop.login("admin@example.com");
  const create = async (stock: number) => (await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock })).body.id;
  const goods = { plenty: await create(100_000), scarce: await create(5) };
  const { body: coupon } = await admin.post<{ id: string }>("/coupons", couponTerms({ quantity: customers }));
  const intents: Intent[] = [];
  for (const person of await newCustomers(shop, customers, 1_000_000)) {
    const { body } = await person.in(shop).post<{ id: string }>(`/coupons/${coupon.id}/issue`);
    intents.push(...cartsOf(goods, body.id).map((cart) => new Intent(person, cart)));
  }

  let killed: Promise<void> | undefined;
  let answered = 0;
  await Promise.all(
    intents.map(async (intent) => {
      await intent.ask(shop);
      if (++answered >= 20) killed ??= server.kill().then(() => server.run());
    }),
  );
  await killed;

  const orders = await Promise.all(intents.map((intent) => follow(shop, intent)));
  intents.forEach((intent, at) => expectTrue(intent, orders[at]!));
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, { what: "everything under way to end", timeoutMs: finalMs });
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [] });
});
