import { reconcile } from "../../scripts/reconcile";
import { couponTerms } from "../e2e/people";
import { quiet } from "../support/quiet";
import { Dice, randomFrom } from "../support/random";
import { waitFor } from "../support/wait";
import { Cancellation, cartsToCancel, expectTrueCancellation } from "./cancellations";
import { newCustomers, type Person } from "./crowd";
import { cartsOf, type Goods, Intent } from "./orders";
import { expectTrue, finalMs, follow } from "./outcomes";
import { ShopProcess } from "./shop-process";

const rounds = 5;
const customers = 10;
/** `FAULT_SEED` repeats a run's choice of moments. */
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);

jest.setTimeout(rounds * 120_000);

/** Asks for everything at once and kills the shop when `answers` of the requests have been answered. */
async function askUntilKilled(shop: ShopProcess, wanted: readonly (Intent | Cancellation)[], answers: number): Promise<void> {
  let answered = 0;
  let killed: Promise<void> | undefined;
  const asked = wanted.map(async (one) => {
    if ((await one.ask(shop)) && ++answered >= answers) killed ??= shop.kill();
  });
  if (answers === 0) killed = shop.kill();
  await Promise.all(asked);
  await killed;
}

/** A coupon of his own for each of two orders of every person. */
async function couponsOf(shop: ShopProcess, people: readonly Person[]): Promise<[string, string][]> {
  const admin = await shop.login("admin@example.com");
  const offer = async () => (await admin.post<{ id: string }>("/coupons", couponTerms({ quantity: customers }))).body.id;
  const offers = [await offer(), await offer()];
  const issue = async (person: Person, id: string) => (await person.in(shop).post<{ id: string }>(`/coupons/${id}/issue`)).body.id;
  return Promise.all(people.map(async (person) => (await Promise.all(offers.map((id) => issue(person, id)))) as [string, string]));
}

/** Orders that are completed, and that their customers now want to cancel. */
async function toCancel(shop: ShopProcess, person: Person, goods: Goods, coupon: string): Promise<Cancellation[]> {
  return Promise.all(
    cartsToCancel(goods, coupon).map(async (cart) => {
      const { body } = await person.in(shop).post<{ id: string }>("/orders", cart);
      const isCompleted = async () => (await person.in(shop).get<{ status: string }>(`/orders/${body.id}`)).body.status === "COMPLETED";
      await waitFor(isCompleted, { what: `order ${body.id} to be completed`, everyMs: 50 });
      return new Cancellation(person, body.id, cart);
    }),
  );
}

async function expectSurvival(shop: ShopProcess, people: readonly Person[], goods: Goods, dice: Dice): Promise<ShopProcess> {
  const coupons = await couponsOf(shop, people);
  const orders = people.flatMap((person, at) => cartsOf(goods, coupons[at]![0]).map((cart) => new Intent(person, cart)));
  const cancellations = (await Promise.all(people.map((person, at) => toCancel(shop, person, goods, coupons[at]![1])))).flat();
  const wanted = [...orders, ...cancellations];
  await askUntilKilled(shop, wanted, dice.int(0, Math.floor(0.6 * wanted.length)));
  const restarted = await shop.again();
  await Promise.all([
    ...orders.map(async (intent) => expectTrue(intent, await follow(restarted, intent))),
    ...cancellations.map(async (one) => expectTrueCancellation(one, await one.follow(restarted))),
  ]);
  await quiet(shop, finalMs);
  expect((await reconcile(shop.config)).violations).toEqual([]);
  return restarted;
}

test(`kill -9 during 100 orders and 100 cancellations, ${rounds} times: each is final within 30 s, what was told is true, nothing is lost (I1, I2, I8; seed ${seed})`, async () => {
  const dice = new Dice(randomFrom(seed));
  let shop = await ShopProcess.start();
  const admin = await shop.login("admin@example.com");
  const create = async (stock: number) => (await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock })).body.id;
  const goods = { plenty: await create(100_000), scarce: await create(rounds * 5) };
  const people = await newCustomers(shop, customers, 10_000_000);
  for (let n = 0; n < rounds; n++) shop = await expectSurvival(shop, people, goods, dice);
});
