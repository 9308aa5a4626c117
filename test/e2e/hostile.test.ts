/** The whole shop under requests that mean it harm: it never fails, never tells of its inside, and a refusal changes nothing. */
import fc from "fast-check";

import { catalogue } from "../../lib/errors";
import { tokenSigner } from "../../lib/tokens";
import type { Client } from "../../scripts/client";
import { routesOf } from "../../services/gateway/routes";
import { contracts } from "../../services/gateway/contracts";
import { fingerprint } from "../support/fingerprint";
import { hostileRequests } from "../support/hostile";
import { quiet } from "../support/quiet";
import { rawHttp } from "../support/raw-http";
import { startShop, type TestShop } from "../support/shop";
import { couponTerms, newAdmin, newCustomer } from "./people";

const requests = 2_400;
const batch = 40;
/** `HOSTILE_SEED` repeats a run. */
const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 1_000_000);

jest.setTimeout(180_000);

let shop: TestShop;
let kim: Client;
let tokens: string[];
let ids: string[];

const idOf = async (answer: Promise<{ body: unknown }>) => ((await answer).body as { id: string }).id;

beforeAll(async () => {
  shop = await startShop({ env: { ORDER_WAIT_MS: "200" } });
  const admin = await newAdmin(shop);
  kim = await newCustomer(shop);
  const lee = await newCustomer(shop, "lee");
  const product = await idOf(admin.post("/products", { name: "Mug", price: 100, stock: 50 }));
  const coupon = await idOf(admin.post("/coupons", couponTerms()));
  const orders: string[] = [];
  for (const one of [kim, lee]) {
    await one.post("/points/me/charge", { amount: 10_000 });
    await one.post(`/coupons/${coupon}/issue`);
    orders.push(await idOf(one.post("/orders", { items: [{ productId: product, quantity: 1 }], payment: { method: "POINT" } })));
  }
  const users = await Promise.all([kim, lee].map((one) => idOf(one.get("/users/me"))));
  ids = [product, coupon, ...orders, ...users];
  tokens = await tokensOf(users);
});

/** A customer's, staff's, and what looks like one: expired, signed by nobody, by somebody else, with another role written in. */
async function tokensOf([kimsId = ""]: string[]): Promise<string[]> {
  const sign = await tokenSigner(shop.config);
  const good = await sign({ id: kimsId, role: "customer" });
  const [head, payload = "", signature] = good.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [
    ...Array.from({ length: 8 }, () => good), // most requests are to get past the door
    await sign({ id: kimsId, role: "customer" }, -10),
    `${head}.${encoded({ ...claims, role: "admin" })}.${signature}`,
    `${encoded({ alg: "none" })}.${payload}.`,
    `${encoded({ alg: "HS256" })}.${payload}.${signature}`,
    "garbage",
    "",
  ];
}

/** A write that was carried out, or an order that was refused and is kept as FAILED. */
const hasWritten = (method: string, status: number, text: string) =>
  (status < 300 && method !== "GET" && method !== "HEAD") || text.includes('"orderId"');

test(`${requests} hostile requests: never a fault of ours, never a word from inside, nothing changed by a refusal (seed ${seed})`, async () => {
  const seen = new Map<number, number>();
  const all = fc.sample(hostileRequests({ routes: routesOf(contracts), tokens, ids }), { seed, numRuns: requests });
  let compared = 0;
  let written = true;
  for (let at = 0; at < all.length; at += batch) {
    if (written) await quiet(shop);
    const before = await fingerprint(shop);
    written = false;
    for (const { method, bytes } of all.slice(at, at + batch)) {
      const { status, text } = await rawHttp(Number(new URL(shop.url).port), bytes);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      if (status < 200 || status >= 500) throw new Error(`${status} for ${bytes.slice(0, 2_000)}\n\n${text}`);
      if (status >= 400 && method !== "HEAD") expect(Object.keys(catalogue)).toContain(/"code":"(\w+)"/.exec(text)?.[1]);
      expect(text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|select .* from|sqlite|mysql|TypeError|moleculer:|nodeID/i);
      written ||= hasWritten(method, status, text);
    }
    if (written) continue;
    compared++;
    expect(await fingerprint(shop)).toEqual(before);
  }
  expect(compared).toBeGreaterThan(requests / batch / 2);
  expect([...seen.keys()]).toEqual(expect.arrayContaining([400, 401, 403, 404, 405, 415, 422])); // not all of them stopped at the door
  expect((await kim.get("/users/me")).status).toBe(200);
  expect((await fetch(`${shop.url}/health/ready`)).status).toBe(200);
});
