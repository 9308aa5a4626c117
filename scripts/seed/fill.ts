/**
 * What is added to a shop's databases, by the services' own writes: in bulk, each batch with its events in one transaction, so that the
 * shop is whole wherever it stops, and a shop that is running sends the events.
 */
import { randomBytes, randomUUID } from "node:crypto";

import { v7 as uuid } from "uuid";

import { now } from "../../lib/clock";
import type { Config } from "../../lib/config";
import { prepareDataDir } from "../../lib/data-dir";
import { ShopError } from "../../lib/errors";
import { defaultLanguage } from "../../lib/language";
import { tokenSigner, type TokenSigner } from "../../lib/tokens";
import { openDatabase, type Database, type Tx } from "../../mixins/database";
import { OutboxStore } from "../../mixins/outbox/store";
import { chargePoints } from "../../services/point/charge-points";
import { createProduct } from "../../services/product/create-product";
import { hashPassword } from "../../services/user/passwords";
import { addAccounts } from "../../services/user/register";
import type { UserRow } from "../../services/user/users";
import { prepareTables } from "../tables";
import { AccountsFile } from "./accounts-file";
import type { SeedOptions } from "./options";
import type { Progress } from "./progress";

/** Rows of a statement, calls of a command. */
const batch = 500;

interface Seeding extends SeedOptions {
  sign: TokenSigner;
  progress: Progress;
  /** Ends the seeding between two batches. */
  signal: AbortSignal;
  db: Record<"product" | "user" | "point", Database>;
}

/** Adds what the options ask for and writes the file. When it is aborted or fails, what was added stays and there is no file. */
export async function seed(config: Config, options: SeedOptions, progress: Progress, signal: AbortSignal): Promise<void> {
  const file = await AccountsFile.create(options.out);
  const opened: Database[] = [];
  const open = async (name: string) => {
    const db = await openWithOutbox(config, name);
    opened.push(db);
    return db;
  };
  try {
    prepareDataDir(config.dataDir);
    await prepareTables(config);
    const sign = await tokenSigner(config);
    const db = { product: await open("product"), user: await open("user"), point: await open("point") };
    const seeding = { ...options, sign, progress, signal, db };
    await file.list("products", products(seeding));
    await file.list("customers", customers(seeding));
    await file.one("admin", await admin(seeding));
    await file.finish();
  } finally {
    await file.discard();
    for (const db of opened) await db.close();
  }
}

/** As the outbox mixin does it; the relay is the running shop's. */
async function openWithOutbox(config: Config, name: string): Promise<Database> {
  const db = await openDatabase({ name, url: config.databaseUrl(name), migrations: [] });
  const store = new OutboxStore(db, `${name}_outbox_event`, now);
  db.beforeCommit(async (tx, published) => store.write(tx, published));
  return db;
}

async function* products({ products: total, stock, db, ...seeding }: Seeding) {
  yield* inBatches("products", total, seeding, async (numbers) => {
    const calls = numbers.map((n) => ({ params: { name: `Product ${n}`, description: "", price: priceOf(n), stock }, meta: {} }));
    const outcomes = await db.product.transaction((tx) => createProduct.command(calls, tx));
    return outcomes.map((outcome) => {
      if (!outcome.ok) throw new Error(`a product was refused: ${outcome.type}`);
      const { id, price } = outcome.result;
      return { id, price };
    });
  });
}

/** From 1,000 to 100,000. */
const priceOf = (n: number) => 1_000 * (((n - 1) % 100) + 1);

async function* customers({ customers: total, points, tokenSeconds, sign, db, ...seeding }: Seeding) {
  const run = randomBytes(5).toString("hex");
  const password = randomUUID();
  const passwordHash = await hashPassword(password); // a hash for each would take 0.03 s of a core: an hour for 100,000
  yield* inBatches("customers", total, seeding, async (numbers) => {
    const accounts = numbers.map((n) => accountOf(`seed-${run}-${n}@example.com`, `Customer ${n}`, "customer", passwordHash));
    await db.user.transaction((tx) => addAccounts(tx, accounts));
    if (points > 0) await db.point.transaction((tx) => charge(tx, accounts, points));
    return Promise.all(
      accounts.map(async ({ id, email, role }) => ({ id, email, password, accessToken: await sign({ id, role }, tokenSeconds) })),
    );
  });
}

async function charge(tx: Tx, accounts: readonly UserRow[], amount: number): Promise<void> {
  const calls = accounts.map(({ id }) => ({ params: { userId: id, amount }, meta: {} }));
  const refused = (await chargePoints.command(calls, tx)).find(({ ok }) => !ok);
  if (refused) throw new Error(`points were refused: ${JSON.stringify(refused)}`);
}

/** `admin@example.com` when nobody has it; the password of an account that is there is not known. */
async function admin({ tokenSeconds, sign, db }: Seeding) {
  const password = randomUUID();
  const passwordHash = await hashPassword(password);
  const create = async (address: string) => {
    const account = accountOf(address, "Seed", "admin", passwordHash);
    await db.user.transaction((tx) => addAccounts(tx, [account]));
    return account;
  };
  const { id, email, role } = await create("admin@example.com").catch((error: unknown) => {
    if (error instanceof ShopError && error.type === "EMAIL_TAKEN") return create(`seed-admin-${uuid()}@example.com`);
    throw error;
  });
  return { email, password, accessToken: await sign({ id, role }, tokenSeconds) };
}

function accountOf(email: string, nickname: string, role: UserRow["role"], passwordHash: string): UserRow {
  return { id: uuid(), email, nickname, language: defaultLanguage, role, passwordHash, createdAt: now() };
}

/** The numbers from 1 to `total`, each batch through `work`. */
async function* inBatches<T>(
  what: string,
  total: number,
  { progress, signal }: Pick<Seeding, "progress" | "signal">,
  work: (numbers: readonly number[]) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  progress.begin(what, total);
  try {
    for (let from = 1; from <= total; from += batch) {
      signal.throwIfAborted();
      const numbers = Array.from({ length: Math.min(batch, total - from + 1) }, (_, at) => from + at);
      yield await work(numbers);
      progress.done(numbers.length);
    }
  } finally {
    progress.end();
  }
}
