import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { temporaryFolder } from "../../test/support/cleanup";
import { databaseOf } from "../../test/support/database-of";
import { quiet } from "../../test/support/quiet";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { Client } from "../client";
import { reconcile } from "../reconcile";
import { seed } from "./fill";
import { type SeedOptions, seedOptions } from "./options";
import type { Progress } from "./progress";

jest.setTimeout(120_000);

interface Accounts {
  products: { id: string; price: number }[];
  customers: { id: string; email: string; password: string; accessToken: string }[];
  admin: { email: string; password: string; accessToken: string };
}

const silent: Progress = { begin: () => undefined, done: () => undefined, end: () => undefined };
const never = new AbortController().signal;

let shop: TestShop;
let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await temporaryFolder("seed-");
  shop = await startShop({ env: { RATE_LIMIT: "off" } });
});

/** Few of each, unless said otherwise. */
async function add(more: Partial<SeedOptions> = {}, progress = silent, signal = never): Promise<Accounts> {
  const out = join(folder, `${++files}.json`);
  const options = { products: 3, customers: 2, points: 5_000, stock: 7, tokenSeconds: 60, out, ...more };
  await seed(shop.config, options, progress, signal);
  return JSON.parse(readFileSync(options.out, "utf8")) as Accounts;
}

const count = async (service: string, table: string) =>
  (await databaseOf(shop, service).select<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n;

test("beside a running shop: its customers buy at once, with token or password, and staff is staff", async () => {
  const { products, customers, admin, ...more } = await add();
  expect([products.length, customers.length, more]).toEqual([3, 2, {}]);
  const guest = new Client(shop.url);
  const [product] = products;
  const [kim, lee] = customers;
  expect((await guest.get(`/products/${product?.id}`)).body).toMatchObject({ price: product?.price, stock: 7 });

  const token = guest.as(kim!.accessToken);
  expect((await token.get("/users/me")).body).toMatchObject({ id: kim?.id, email: kim?.email, role: "customer" });
  const order = { items: [{ productId: product?.id, quantity: 1 }], payment: { method: "POINT" } };
  expect(await token.post("/orders", order)).toMatchObject({ status: 201, body: { status: "COMPLETED" } });
  expect((await token.get("/points/me")).body).toMatchObject({ balance: 5_000 - product!.price });

  const login = await guest.post<{ accessToken: string }>("/auth/login", { email: lee?.email, password: lee?.password });
  expect((await guest.as(login.body.accessToken).get("/points/me")).body).toMatchObject({ balance: 5_000 });

  expect(await token.post("/products", { name: "Mug", price: 1 })).toMatchObject({ status: 403 });
  expect(await guest.as(admin.accessToken).post("/products", { name: "Mug", price: 1 })).toMatchObject({ status: 201 });
  expect(await guest.post("/auth/login", { email: admin.email, password: admin.password })).toMatchObject({ status: 200 });
});

test("I7, I8: the running shop sends the events of all that was added, and everything fits", async () => {
  await quiet(shop); // what earlier tests have added has arrived
  const before = await count("bestseller", "product_name");
  await add({ products: 4, customers: 3 });
  await waitFor(async () => (await count("bestseller", "product_name")) === before! + 4, { what: "the products' events" });
  await quiet(shop);
  expect(await reconcile(shop.config, { url: shop.url })).toMatchObject({ violations: [], underWay: [] });
});

test("the file is for its owner's eyes only, and takes the place of the one before", async () => {
  const out = join(folder, "again.json");
  const first = await add({ out });
  expect(statSync(out).mode & 0o777).toBe(0o600);
  const second = await add({ out });
  const addresses = [first, second].flatMap(({ customers, admin }) => [...customers, admin].map(({ email }) => email));
  expect(new Set(addresses).size).toBe(addresses.length); // twice is twice as many
  expect(second.admin.email).toMatch(/^seed-admin-.+@example\.com$/);
  expect(readdirSync(folder).filter((name) => !name.endsWith(".json"))).toEqual([]);
});

test("nothing of a kind is nothing: no movement, no charge, an empty list", async () => {
  const before = [await count("product", "stock_movement"), await count("point", "point_history")];
  expect(await add({ products: 2, customers: 0, stock: 0 })).toMatchObject({ customers: [] });
  expect(await add({ products: 0, customers: 1, points: 0 })).toMatchObject({ products: [] });
  expect([await count("product", "stock_movement"), await count("point", "point_history")]).toEqual(before);
});

test("more than fits into a statement comes in batches, each of which is told", async () => {
  const told: string[] = [];
  const progress: Progress = {
    begin: (what, total) => told.push(`${total} ${what}`),
    done: (some) => told.push(String(some)),
    end: () => told.push("end"),
  };
  const { products, customers } = await add({ products: 501, customers: 1_001 }, progress);
  expect(told).toEqual(["501 products", "500", "1", "end", "1001 customers", "500", "500", "1", "end"]);
  expect([new Set(products.map(({ id }) => id)).size, new Set(customers.map(({ id }) => id)).size]).toEqual([501, 1_001]);
});

test("I8: when it is stopped half-way what is there fits together, and there is no file", async () => {
  const stopping = new AbortController();
  const out = join(folder, "stopped.json");
  const before = await count("user", "user");
  const stopAtOnce: Progress = { ...silent, done: () => stopping.abort() };
  await expect(add({ products: 0, customers: 1_000, out }, stopAtOnce, stopping.signal)).rejects.toThrow(/abort/i);
  expect(await count("user", "user")).toBe(before! + 500);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder).filter((name) => !name.endsWith(".json"))).toEqual([]);
  await quiet(shop);
  expect(await reconcile(shop.config)).toMatchObject({ violations: [] });
});

test("a path that can't be written to is told before anything is added", async () => {
  const before = await count("product", "product");
  await expect(add({ out: join(folder, "nowhere", "a.json") })).rejects.toThrow(/--out=.* can't be used: there is no folder/);
  await expect(add({ out: folder })).rejects.toThrow(/not a plain file/);
  expect(await count("product", "product")).toBe(before);
});

describe("arguments", () => {
  test("have defaults", () => {
    expect(seedOptions([])).toMatchObject({ products: 100, customers: 20, tokenSeconds: 86_400, out: "accounts.json" });
    expect(seedOptions(["--help"])).toBeUndefined();
  });

  test.each([
    ["90s", 90],
    ["15m", 900],
    ["12h", 43_200],
    ["1d", 86_400],
  ])("--token-ttl=%s is %i seconds", (text, seconds) => {
    expect(seedOptions([`--token-ttl=${text}`])).toMatchObject({ tokenSeconds: seconds });
  });

  test.each([
    "--products=-1",
    "--products=1.5",
    "--products=1e3",
    "--products=",
    "--customers=many",
    "--points=9007199254740992",
    "--stock=1000000001",
    "--token-ttl=0s",
    "--token-ttl=1w",
    "--token-ttl=3600",
    "--token-ttl=367d",
    "--out=",
    "--product=1",
    "1000",
  ])("%s is refused in one line", (argument) => {
    expect(() => seedOptions([argument])).toThrow(/^[^\n]+$/);
  });
});
