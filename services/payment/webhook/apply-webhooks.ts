import { now } from "../../../lib/clock";
import type { GroupHandler } from "../../../mixins/group-commit";
import { done } from "../../../mixins/outcome";
import type { Payment } from "../payment";
import { lockPayments, saveApproved, saveFailed, saveRefunds } from "../payments";
import { tell } from "../tell";
import { judge, type Verdict } from "./webhook";
import { type Delivery, findSeen, insertWebhooks, keyOf } from "./webhooks";

/** What became of a webhook: one that has come before does nothing. */
export interface Applied {
  verdict: Verdict | "SEEN";
  alert?: true;
}

type Traced = Delivery & { trace?: Record<string, string> };

/** Keeps webhooks and does what they say, in one transaction: a webhook has its effect once, however often and wherever it comes. */
export const applyWebhooks: GroupHandler<Traced, Applied> = {
  name: "payment.webhook",
  conflictKey: keyOf,
  async run(deliveries, tx) {
    const at = now();
    const seen = await findSeen(tx, deliveries);
    const fresh = deliveries.filter((delivery) => !seen.has(keyOf(delivery)));
    const payments = await lockPayments(
      tx,
      "id",
      fresh.map(({ webhook }) => webhook.data.paymentId),
    );
    const changed: Payment[] = [];
    const judged = new Map(
      fresh.map((delivery) => {
        const { becomes, ...judgement } = judge(delivery.webhook, payments.get(delivery.webhook.data.paymentId), at);
        if (becomes) {
          changed.push(becomes);
          payments.set(becomes.id, becomes); // for the next one of this group
          tell(tx, becomes, delivery.trace);
        }
        return [delivery, judgement] as const;
      }),
    );
    saveApproved(tx, changed.filter(isNow("APPROVED")), at);
    saveFailed(tx, changed.filter(isNow("FAILED")), at);
    saveRefunds(tx, changed.filter(isNow("REFUNDED")), "refunding", at);
    await insertWebhooks(
      tx,
      [...judged].map(([delivery, { verdict }]) => ({ ...delivery, verdict })),
      at,
    );
    return deliveries.map((delivery) => done(judged.get(delivery) ?? { verdict: "SEEN" }));
  },
};

const isNow =
  (status: Payment["status"]) =>
  (payment: Payment): boolean =>
    payment.status === status;
