import { randomBytes } from "node:crypto";
import { join } from "node:path";

import type { Service, ServiceSchema } from "moleculer";

import { type Config, ConfigError, configOf } from "../../../lib/config";
import { shortestSecret } from "../../../lib/environment";
import { keptSecret } from "../../../lib/keys";

const secrets = new WeakMap<Service, string>();

/** What the provider signs its webhooks to this service with. */
export function webhookSecretOf(host: Service): string {
  const secret = secrets.get(host);
  if (secret === undefined) throw new Error(`${host.name} has no secret for webhooks: it isn't started`);
  return secret;
}

/** Gives the payment service the secret of its configuration, else the one in `DATA_DIR/payment-webhook-secret`, made the first time. */
export const webhookSecret: Partial<ServiceSchema> = {
  async started(this: Service) {
    secrets.set(this, await secretOf(configOf(this.broker)));
  },
};

async function secretOf({ paymentWebhookSecret, dataDir }: Config): Promise<string> {
  if (paymentWebhookSecret !== undefined) return paymentWebhookSecret;
  const file = join(dataDir, "payment-webhook-secret");
  // An editor ends a file with a new line, which is not part of the secret.
  const secret = (await keptSecret(file, () => randomBytes(32).toString("hex"))).trim();
  if (secret.length >= shortestSecret) return secret;
  throw new ConfigError(`${file} doesn't hold a secret of ${shortestSecret} characters or more; remove it to have a new one made`);
}
