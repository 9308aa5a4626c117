import { batchHandler, handler } from "../../lib/handlers";
import { defaultCurrency } from "../../lib/money";
import { done } from "../../mixins/outcome";
import { point } from "./point.contract";
import { readBalances, readHistory } from "./wallets";

/** A customer who never charged has a balance of 0. */
export const readBalance = handler(point.balance, async ({ params: { userId }, db }) => {
  const balances = await readBalances(db, [userId]);
  return { balance: balances.get(userId) ?? 0, currency: defaultCurrency };
});

export const quotePoints = batchHandler(point.quote, async (calls, db) => {
  const balances = await readBalances(
    db,
    calls.map(({ userId }) => userId),
  );
  return calls.map(({ userId }) => done({ balance: balances.get(userId) ?? 0, currency: defaultCurrency }));
});

export const listHistory = handler(point.history, ({ params: { userId, ...page }, db }) => readHistory(db, userId, page));
