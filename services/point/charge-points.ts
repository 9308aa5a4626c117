import { emit } from "../../lib/events";
import { command } from "../../lib/handlers";
import { traceOf } from "../../lib/trace";
import { point } from "./point.contract";
import { lockWallets, openWallets, saveWallets } from "./wallets";

/** Adds points to wallets; the first charge of a customer opens his. A balance beyond 2⁵³ − 1 refuses its own call. */
export const chargePoints = command(point.charge, async (calls, tx) => {
  const users = calls.map(({ params }) => params.userId);
  await openWallets(tx, users);
  const wallets = await lockWallets(tx, users);
  const outcomes = calls.map(({ params: { userId, amount }, meta }) => {
    const outcome = wallets.of(userId).charge(amount);
    if (outcome.ok) emit(tx, point.events.charged, { userId, amount, balance: outcome.result.balance }, traceOf(meta));
    return outcome;
  });
  saveWallets(tx, wallets);
  return outcomes;
});
