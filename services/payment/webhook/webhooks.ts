/** The statements on webhooks that have come; no other file knows their table. */
import { codes } from "../../../lib/codes";
import { DecideAgain, isDuplicateKey, type Reader, type Tx } from "../../../mixins/database";
import type { Verdict, Webhook } from "./webhook";

/** `payment_webhook.verdict`. */
const verdicts = codes<Verdict>({ APPLIED: 1, UNKNOWN_PAYMENT: 2, OTHER_AMOUNT: 3, NOT_WAITING: 4 });

/** A webhook that was rightly signed. */
export interface Delivery {
  provider: string;
  webhook: Webhook;
  /** The text that was signed. */
  body: string;
}

/** A provider's ids are its own: another one may use the same. */
export const keyOf = ({ provider, webhook }: Pick<Delivery, "provider" | "webhook">): string => `${provider}\n${webhook.id}`;

/** Keys of those that have come before. */
export async function findSeen(db: Reader, deliveries: readonly Delivery[]): Promise<Set<string>> {
  const rows = await db.select<{ provider: string; webhook_id: string }>(
    "select provider, webhook_id from payment_webhook where provider in (?) and webhook_id in (?)",
    [deliveries.map(({ provider }) => provider), deliveries.map(({ webhook }) => webhook.id)],
  );
  return new Set(rows.map(({ provider, webhook_id }) => `${provider}\n${webhook_id}`));
}

/** Keeps webhooks with what was made of them. One that another node keeps at the same moment is a repeated one: decided again, it does nothing. */
export async function insertWebhooks(tx: Tx, judged: readonly (Delivery & { verdict: Verdict })[], at: number): Promise<void> {
  const rows = judged.map(({ provider, webhook, body, verdict }) => ({
    provider,
    webhook_id: webhook.id,
    type: webhook.type,
    payment_id: webhook.data.paymentId,
    verdict: verdicts.code(verdict),
    body,
    received_at: at,
  }));
  try {
    await tx.insert("payment_webhook", rows);
  } catch (error) {
    throw isDuplicateKey(error) ? new DecideAgain("a webhook was taken elsewhere meanwhile", error) : error;
  }
}
