import type { Service } from "moleculer";

import { now } from "../../../lib/clock";
import { errorOf, ShopError } from "../../../lib/errors";
import { handler } from "../../../lib/handlers";
import { traceOf } from "../../../lib/trace";
import { parse } from "../../../lib/validation";
import { payment, webhookBody } from "../payment.contract";
import { sandboxName } from "../sandbox";
import { applyWebhooks, type Applied } from "./apply-webhooks";
import { webhookSecretOf } from "./secret";
import { isSigned } from "./signature";
import type { Webhook } from "./webhook";

/** Nothing is read, and nothing told, of a body that the provider hasn't signed. */
export const receiveWebhook = handler(payment.webhook, async ({ params: { provider, body, signature }, meta, group, service }) => {
  if (provider !== sandboxName) throw new ShopError("NOT_FOUND");
  if (!isSigned({ signature, body }, webhookSecretOf(service), now())) throw new ShopError("UNAUTHENTICATED", "The signature is not valid");
  const webhook = parse(webhookBody, readJson(body));
  const trace = traceOf(meta);
  const applied = await group.submit(applyWebhooks, { provider, webhook, body, ...(trace && { trace }) });
  if (!applied.ok) throw errorOf(applied);
  note(service, webhook, applied.result);
  return {};
});

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ShopError("BAD_REQUEST", "The body is not JSON");
  }
}

function note({ logger }: Service, { id, type, data: { paymentId, amount } }: Webhook, { verdict, alert }: Applied): void {
  const text = `webhook ${id} says ${type} of ${amount} for payment ${paymentId}: ${verdict}`;
  if (alert) logger.error(`ALERT: ${text}; the payment has failed, but the provider took the money`);
  else if (verdict !== "APPLIED" && verdict !== "SEEN") logger.warn(`${text}; nothing was changed`);
}
