/** The sandbox provider's own file: what the foreign system knows of its charges and refunds. And what it would send. */
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type Database, openDatabase, sqliteUrl } from "../../mixins/database";
import type { TestShop } from "./shop";

export interface ChargeAtProvider {
  amount: number;
  approved: number;
}

export interface RefundAtProvider {
  amount: number;
  /** Why not; null when it is done. */
  declined: string | null;
}

/** Charges for the order, declined ones too. */
export function chargesOf({ config }: TestShop, orderId: string): Promise<ChargeAtProvider[]> {
  return atProvider(config.dataDir, (db) =>
    db.select<ChargeAtProvider>("select amount, approved from charge where charge_key = ?", [`place-order:${orderId}:pay`]),
  );
}

/** The provider's name for the order's charge. */
export async function referenceOf({ config }: TestShop, orderId: string): Promise<string> {
  const [charge] = await atProvider(config.dataDir, (db) =>
    db.select<{ reference: string }>("select reference from charge where charge_key = ?", [`place-order:${orderId}:pay`]),
  );
  if (!charge) throw new Error(`the provider knows no charge for ${orderId}`);
  return charge.reference;
}

/** Refunds of the order's charge, declined ones too, in the order of their keys. */
export function refundsOf({ config }: TestShop, orderId: string): Promise<RefundAtProvider[]> {
  return atProvider(config.dataDir, (db) =>
    db.select<RefundAtProvider>("select amount, declined from refund where refund_key like ? order by refund_key", [
      `cancel-order:${orderId}:%`,
    ]),
  );
}

/** From now on the provider can tell what became of the charges and refunds that it has. */
export function providerMakesUpItsMind({ config }: TestShop): Promise<void> {
  return atProvider(config.dataDir, (db) =>
    db.transaction(async (tx) => {
      await tx.execute("update charge set known_at = 0");
      await tx.execute("update refund set known_at = 0");
    }),
  );
}

/** From now on it gives back, at once, what was charged so far. */
export function providerGivesBack({ config }: TestShop): Promise<number> {
  return atProvider(config.dataDir, (db) => db.transaction((tx) => tx.execute("update charge set token = 'tok_ok'")));
}

/** The provider has never heard of anything. */
export function forgetAtProvider({ config }: TestShop): Promise<void> {
  return atProvider(config.dataDir, (db) =>
    db.transaction(
      async (tx) => {
        await tx.execute("delete from charge");
        await tx.execute("delete from refund");
      },
      { durable: false },
    ),
  );
}

/** The secret that the shop has made up for its provider. */
export const webhookSecretOf = ({ config }: TestShop): Promise<string> => readFile(join(config.dataDir, "payment-webhook-secret"), "utf8");

/** The header `X-Signature` of a webhook. `at` in ms since the epoch. */
export function signatureOf(body: string, secret: string, at = Date.now()): string {
  const seconds = Math.floor(at / 1000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

async function atProvider<T>(dataDir: string, work: (db: Database) => Promise<T>): Promise<T> {
  const url = sqliteUrl(join(dataDir, "sandbox-provider.sqlite"));
  const db = await openDatabase({ name: "provider", url, migrations: [] });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
