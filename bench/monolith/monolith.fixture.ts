/** A baseline with a little of everything, and customers who ask it for things. */
import { generateKeyPairSync, randomUUID } from "node:crypto";

import { createConnection, type RowDataPacket } from "mysql2/promise";

import { loadConfig } from "../../lib/config";
import { tokenSigner } from "../../lib/tokens";
import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { startMonolith } from "./monolith";
import type { Coupon, Options, Writes } from "./options";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const publicKeyPem = publicKey.export({ type: "spki", format: "pem" }).toString();
const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const signer = tokenSigner(loadConfig({ TOKEN_PRIVATE_KEY: privateKeyPem }, ["gateway"]));

const always = { startsAt: "2020-01-01T00:00:00.000Z", endsAt: "2100-01-01T00:00:00.000Z" };

export const cup = { id: "cup", name: "Celadon tea cup", price: 18_000, stock: 1_000 };
export const chime = { id: "chime", name: "Wind chime", price: 40_000, stock: 1_000 };
/** There are two of it. */
export const rarity = { id: "rarity", name: "Moon jar", price: 900_000, stock: 2 };
/** Somebody buys all of it elsewhere. */
export const vase = { id: "vase", name: "Bud vase", price: 30_000, stock: 5 };

const tenPercent: Coupon = { id: "ten-percent", title: "10 % off", discountType: "PERCENT", discountValue: 10, quantity: 100, ...always };
const few: Coupon = { id: "few", title: "5,000 off", discountType: "AMOUNT", discountValue: 5_000, quantity: 3, ...always };
const over: Coupon = { ...few, id: "over", endsAt: "2020-01-02T00:00:00.000Z" };

export async function optionsFor(writes: Writes): Promise<Options> {
  return {
    database: await testDatabaseUrl("monolith"),
    publicKeyPem,
    products: [cup, chime, rarity, vase],
    customers: [
      { id: "rich", points: 100_000 },
      { id: "saver", points: 20_000 },
      { id: "broke", points: 0 },
    ],
    coupons: [tenPercent, few, over],
    writes,
    poolSize: 16,
  };
}

export interface Answered {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** Runs until the test file ends. */
export async function aMonolith(writes: Writes) {
  const options = await optionsFor(writes);
  const { url, stop } = await startMonolith(options);
  atEnd(stop);
  const ask = async (method: string, path: string, { user = "ann", body, key }: { user?: string; body?: unknown; key?: string } = {}) => {
    const token = await (await signer)({ id: user, role: "customer" });
    const answer = await fetch(url + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(key !== undefined && { "Idempotency-Key": key }),
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json(), headers: answer.headers } as Answered;
  };
  return {
    url,
    database: options.database,
    ask,
    order: (body: unknown, { user, key = randomUUID() }: { user?: string; key?: string } = {}) =>
      ask("POST", "/api/v1/orders", { user, body, key }),
    issue: (coupon: string, user?: string) => ask("POST", `/api/v1/coupons/${coupon}/issue`, { user }),
    stockOf: async ({ id }: { id: string }) => (await ask("GET", `/api/v1/products/${id}`)).body.stock,
    /** Runs a statement in its schema, past all rules. */
    sql: (sql: string) => run(options.database, sql),
    /**
     * Does the work while somebody else holds a row, until so many of its transactions have seen the row as it was. He does
     * `meanwhile` before he lets go.
     */
    async whileHeld<T>(row: string, waiting: number, work: () => Promise<T>, meanwhile: readonly string[] = []): Promise<T> {
      const holder = await createConnection(options.database);
      try {
        await holder.query("begin");
        await holder.query(`select * from ${row} for update`);
        const done = work();
        const isFull = async () => Number((await holder.query<({ n: number } & RowDataPacket)[]>(writers))[0][0]?.n) >= waiting;
        await Promise.race([done, waitFor(isFull, { what: `${waiting} who want ${row}` })]);
        for (const sql of [...meanwhile, "commit"]) await holder.query(sql);
        return await done;
      } finally {
        await holder.end();
      }
    },
  };
}

/** Transactions of the schema that write, and so have read what they wanted to. (InnoDB's own tables tell nothing new to who asks often.) */
const writers = `select count(*) as n from information_schema.processlist
  where db = database() and id <> connection_id() and command <> 'Sleep' and info not like 'select%'`;

async function run(database: string, sql: string): Promise<unknown[]> {
  const connection = await createConnection(database);
  try {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? rows : [];
  } finally {
    await connection.end();
  }
}

/** An order of one thing, paid in cash. */
export const one = ({ id }: { id: string }, quantity = 1) => ({ items: [{ productId: id, quantity }], payment: { method: "CASH" } });
