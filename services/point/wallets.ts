/** The rows behind wallets; no other file knows their tables. */
import type { z } from "zod";

import { iso, now } from "../../lib/clock";
import { codes } from "../../lib/codes";
import { uuid } from "../../lib/ids";
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { eachRow } from "../../lib/sql";
import type { Reader, Tx } from "../../mixins/database";
import { type EntryType, Wallet } from "./point";
import type { pointEntry } from "./point.contract";

/** `point_history.type`. */
const types = codes<EntryType>({ CHARGE: 1, USE: 2, REFUND: 3 });

/** The wallets that a group of calls works on. */
export class Wallets {
  constructor(private readonly byUser: ReadonlyMap<string, Wallet>) {}

  /** One that was never charged is empty. */
  of(userId: string): Wallet {
    const wallet = this.byUser.get(userId);
    if (!wallet) throw new Error(`the wallet of user ${userId} was not locked`);
    return wallet;
  }

  changed(): Wallet[] {
    return [...this.byUser.values()].filter(({ entries }) => entries.length > 0);
  }
}

/** Balances by user; who was never charged has none. */
export async function readBalances(db: Reader, userIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.select<BalanceRow>("select user_id, balance from point where user_id in (?)", [unique(userIds)]);
  return new Map(rows.map((row) => [row.user_id, row.balance]));
}

/** Locks the wallets of these users, in the order of their ids. */
export async function lockWallets(tx: Tx, userIds: readonly string[]): Promise<Wallets> {
  const users = unique(userIds);
  const rows = await tx.select<BalanceRow>(
    `select user_id, balance from point where user_id in (?) order by user_id ${tx.dialect.forUpdate}`,
    [users],
  );
  const balances = new Map(rows.map((row) => [row.user_id, row.balance]));
  return new Wallets(new Map(users.map((userId) => [userId, new Wallet(userId, balances.get(userId) ?? 0)])));
}

/**
 * Makes sure that each of these users has a row to lock. Two nodes may charge a new customer at once: the one that comes second waits
 * here for the first one's row instead of failing on the key.
 */
export async function openWallets(tx: Tx, userIds: readonly string[]): Promise<void> {
  const known = await readBalances(tx, userIds);
  const missing = unique(userIds).filter((userId) => !known.has(userId));
  if (missing.length === 0) return;
  const rows = missing.map(() => "(?, 0)").join(", ");
  await tx.execute(
    `insert into point (user_id, balance) values ${rows} ${tx.dialect.upsert(["user_id"], "balance = point.balance")}`,
    missing,
  );
}

/**
 * Writes new balances and their history, one statement for each table. The history tells the balance after each move, so a balance is
 * written only where it still is what was loaded (rule 8).
 */
export function saveWallets(tx: Tx, wallets: Wallets): void {
  const changed = wallets.changed();
  if (changed.length === 0) return;
  moveBalances(
    tx,
    changed.filter(({ balance, loaded }) => balance !== loaded),
  );
  const created_at = now();
  tx.insertLater(
    "point_history",
    changed.flatMap(({ userId, entries }) =>
      entries.map(({ type, amount, balanceAfter, orderId }) => ({
        user_id: userId,
        id: uuid(),
        type: types.code(type),
        amount,
        balance_after: balanceAfter,
        order_id: orderId ?? null,
        created_at,
      })),
    ),
  );
}

function moveBalances(tx: Tx, moved: readonly Wallet[]): void {
  if (moved.length === 0) return;
  const each = eachRow("user_id", moved, ({ userId }) => userId);
  const [balance, loaded] = [each((wallet) => wallet.balance), each((wallet) => wallet.loaded)];
  const values = [...balance.values, moved.map(({ userId }) => userId), ...loaded.values];
  const must = { rows: moved.length, what: "point.balance" };
  tx.executeLater(`update point set balance = ${balance.sql} where user_id in (?) and balance = ${loaded.sql}`, values, must);
}

/** One customer's history, the newest first. */
export async function readHistory(db: Reader, userId: string, page: PageParams): Promise<Page<z.output<typeof pointEntry>>> {
  const { items, nextCursor } = await readNewest<EntryRow>(
    db,
    {
      name: "point.history",
      select: "select id, type, amount, balance_after as balanceAfter, order_id as orderId, created_at as createdAt from point_history",
      where: "user_id = ?",
      values: [userId],
      time: { column: "created_at", of: (row) => row.createdAt },
    },
    page,
  );
  return { items: items.map(entryOf), nextCursor };
}

interface EntryRow {
  id: string;
  type: number;
  amount: number;
  balanceAfter: number;
  orderId: string | null;
  createdAt: number;
}

function entryOf({ type, orderId, createdAt, ...same }: EntryRow): z.output<typeof pointEntry> {
  return { ...same, type: types.name(type), ...(orderId !== null && { orderId }), createdAt: iso(createdAt) };
}

interface BalanceRow {
  user_id: string;
  balance: number;
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
