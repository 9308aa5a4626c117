/** Settings that are right one by one and can't be meant together. */
import type { Config } from "./config";
import { ConfigError, type Environment } from "./environment";

/** @throws ConfigError */
export function checkTogether(config: Config, given: Environment): void {
  checkSharing(config);
  checkKafka(config);
  checkKeys(config);
  checkProduction(config);
  checkMail(config, given);
}

const withoutDatabase: ReadonlySet<string> = new Set(["gateway", "ops"]);

/** What nodes share they must not each have of their own. */
function checkSharing(config: Config): void {
  const { transporter, events, kafka, services, databaseUrl } = config;
  if (!transporter) return;
  const inFiles = services.filter((name) => !withoutDatabase.has(name) && !databaseUrl(name).startsWith("mysql:"));
  if (inFiles.length)
    throw new ConfigError(
      `TRANSPORTER can't be used with SQLite files (${inFiles.join(", ")}), which belong to one process: give DATABASE_URL=mysql://…`,
    );
  if (events && !kafka)
    throw new ConfigError(
      "TRANSPORTER can't be used without KAFKA_BROKERS: the event bus would be a file of one process, so other nodes would hear of nothing; give KAFKA_BROKERS, or EVENTS=off",
    );
}

function checkKafka({ kafka }: Config): void {
  const { username, password } = (kafka?.sasl ?? {}) as { username?: string; password?: string };
  if (kafka?.sasl && !(username && password)) throw new ConfigError("KAFKA_SASL asks for KAFKA_USERNAME and KAFKA_PASSWORD");
}

/** Nobody is to run a public shop on keys that a container makes up at each start; and keys that one node makes up no other node knows. */
function checkKeys(config: Config): void {
  const { tokenPrivateKey: priv, tokenPublicKey: pub, services, production, transporter } = config;
  if (!production && !transporter && !priv && !pub) return;
  if (services.includes("user") && !priv)
    throw new ConfigError(
      "TOKEN_PRIVATE_KEY is missing: the service user signs access tokens with it; `openssl genpkey -algorithm ed25519` makes one",
    );
  if (services.includes("gateway") && !priv && !pub)
    throw new ConfigError(
      "TOKEN_PUBLIC_KEY is missing: the service gateway checks access tokens with it; `openssl pkey -pubout` makes it of TOKEN_PRIVATE_KEY",
    );
}

function checkProduction({ production, rateLimit, paymentWebhookSecret, services }: Config): void {
  if (production && !rateLimit) throw new ConfigError("RATE_LIMIT=off can't be used with NODE_ENV=production");
  if (production && !paymentWebhookSecret && services.includes("payment"))
    throw new ConfigError("PAYMENT_WEBHOOK_SECRET is missing: the service payment checks the provider's webhooks with it");
}

/** Half of what mail needs is none of it, and shows when the node starts rather than at the first order. */
function checkMail({ notificationProvider, services }: Config, given: Environment): void {
  if (notificationProvider !== "smtp" || !services.includes("notification")) return;
  const what = { SMTP_URL: "the server that takes the mail", SMTP_FROM: "the address that it comes from" };
  for (const [name, meaning] of Object.entries(what))
    if (!given[name]) throw new ConfigError(`${name} is missing: NOTIFICATION_PROVIDER=smtp needs ${meaning}`);
}
