import { emit } from "../../lib/events";
import { retriableHandler } from "../../lib/handlers";
import { done } from "../../mixins/outcome";
import type { Tx } from "../../mixins/database";
import { point } from "./point.contract";
import { lockWallets, saveWallets } from "./wallets";

/** What an order took from a customer, in minor units. */
interface Taken {
  userId: string;
  orderId: string;
  amount: number;
  trace?: Record<string, string>;
}

/** Gives customers the points of their orders back, each as a REFUND row. Can't be refused. */
export async function returnPoints(tx: Tx, taken: readonly Taken[]): Promise<void> {
  const wallets = await lockWallets(
    tx,
    taken.map(({ userId }) => userId),
  );
  for (const { userId, orderId, amount, trace } of taken) {
    const wallet = wallets.of(userId);
    wallet.giveBack(amount, orderId);
    emit(tx, point.events.returned, { userId, orderId, amount, balance: wallet.balance }, trace);
  }
  saveWallets(tx, wallets);
}

/** The points of cancelled orders. */
export const giveBackPoints = retriableHandler(point.giveBack, {
  async forward(calls, tx) {
    await returnPoints(
      tx,
      calls.map(({ params, trace }) => ({ ...params, trace })),
    );
    return calls.map(() => done({}));
  },
});
