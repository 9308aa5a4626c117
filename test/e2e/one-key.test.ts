/** One key, many posts: the order is placed once, and everybody hears the same. */
import { randomUUID } from "node:crypto";

import type { Answer, Client } from "../../scripts/client";
import { startShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { newAdmin, newCustomer } from "./people";

type Body = { id?: string; code?: string };

const keys = 50;
const posts = 10;

jest.setTimeout(120_000);

/** Repeats the request while the first one with its key is being worked on. */
function ask(client: Client, path: string, body: object, key: string): Promise<Answer<Body>> {
  const repeat = async () => {
    const answer = await client.post<Body>(path, body, key);
    return answer.body.code !== "IDEMPOTENCY_IN_FLIGHT" && answer;
  };
  return waitFor(repeat, { what: `an answer to the key ${key}`, everyMs: 200, timeoutMs: 60_000 });
}

function expectOneAnswer(answers: readonly Answer<Body>[]): void {
  const said = answers.map(({ status, body }) => JSON.stringify({ status, body }));
  expect([...new Set(said)]).toEqual([said[0]]);
  expect(answers.filter(({ headers }) => headers.get("Idempotent-Replayed") !== "true")).toHaveLength(1);
}

test(`I1: ${keys} keys × ${posts} posts at once: ${keys} orders, and all answers of a key are identical; then the same for their cancellations`, async () => {
  const shop = await startShop({ env: { ORDER_WAIT_MS: "25000" } }); // nobody is told 202, however busy the machine is
  const admin = await newAdmin(shop);
  const { body: mug } = await admin.post<{ id: string }>("/products", { name: "Mug", price: 100, stock: 1_000 });
  const buyers = await Promise.all(Array.from({ length: 5 }, () => newCustomer(shop)));
  for (const buyer of buyers) await buyer.post("/points/me/charge", { amount: 1_000_000 });
  const soldOf = (n: number) => (n % 3) + 1;
  const cartOf = (n: number) => ({
    items: [{ productId: mug.id, quantity: soldOf(n) }],
    payment: [{ method: "POINT" }, { method: "CASH" }, { method: "CARD", token: "tok_ok" }][n % 3],
  });
  const all = <T>(one: (n: number) => Promise<T>) => Promise.all(Array.from({ length: keys }, (_, n) => one(n)));
  const together = (n: number, path: string, body: object) => {
    const key = randomUUID();
    return Promise.all(Array.from({ length: posts }, () => ask(buyers[n % buyers.length]!, path, body, key)));
  };

  const orders = await all((n) => together(n, "/orders", cartOf(n)));
  for (const answers of orders) {
    expect(answers[0]?.status).toBe(201);
    expectOneAnswer(answers);
  }
  const ids = orders.map(([first]) => first?.body.id ?? "");
  expect(new Set(ids).size).toBe(keys);
  const sold = Array.from({ length: keys }, (_, n) => soldOf(n)).reduce((sum, n) => sum + n, 0);
  const left = async () => (await admin.get<{ stock: number }>(`/products/${mug.id}`)).body.stock;
  expect(await left()).toBe(1_000 - sold);

  const cancellations = await all((n) => together(n, `/orders/${ids[n]}/cancel`, { reason: "changed my mind" }));
  for (const answers of cancellations) {
    expect(answers[0]?.status).toBe(200);
    expectOneAnswer(answers);
  }
  expect(await left()).toBe(1_000);
  for (const buyer of buyers) expect((await buyer.get("/points/me")).body).toMatchObject({ balance: 1_000_000 });
});
