import { emit } from "../../lib/events";
import { stepHandler } from "../../lib/handlers";
import { point } from "./point.contract";
import { returnPoints } from "./return-points";
import { lockWallets, saveWallets } from "./wallets";

/** Takes points from wallets for orders. A wallet that holds too little refuses its own call; the others go on. Amounts in minor units. */
export const usePoints = stepHandler(point.use, {
  async forward(calls, tx) {
    const wallets = await lockWallets(
      tx,
      calls.map(({ params }) => params.userId),
    );
    const outcomes = calls.map(({ params: { userId, orderId, amount }, trace }) => {
      const wallet = wallets.of(userId);
      const outcome = wallet.take(amount, orderId);
      if (outcome.ok) emit(tx, point.events.used, { userId, orderId, amount, balance: wallet.balance }, trace);
      return outcome;
    });
    saveWallets(tx, wallets);
    return outcomes;
  },

  undo(calls, tx) {
    return returnPoints(
      tx,
      calls.map(({ result, trace }) => ({ ...result, trace })),
    );
  },
});
