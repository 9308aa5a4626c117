/** The environment variables of a node: what each may hold, and its default. `lib/config.ts` makes settings of them. */
import { createPrivateKey, createPublicKey } from "node:crypto";

import { z } from "zod";

import { isAddressRange, isHostAndPort, isHttpUrl, isNatsUrl, isOrigin, isRedisUrl, isServerUrl } from "./addresses";
import { isSmtpUrl, mailboxOf } from "./smtp";

/** Something in the environment that can't be used. The message is one line for a person and holds no secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(message: string) {
    super(message);
    this.stack = `${this.name}: ${message}`; // where it was thrown says nothing about what to change
  }
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const secrets: ReadonlySet<string> = new Set([
  ...["DEMO_PASSWORD", "TOKEN_PRIVATE_KEY", "TOKEN_PUBLIC_KEY", "PAYMENT_WEBHOOK_SECRET"],
  ...["TRANSPORTER", "REDIS_URL", "SMTP_URL"], // they may hold a password
  "KAFKA_PASSWORD",
]);
const isSecret = (name: string) => secrets.has(name) || name.endsWith("DATABASE_URL");

/** How many characters the secret of webhooks has at least. */
export const shortestSecret = 16;

const port = (byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((n) => n <= 65_535)
    .default(byDefault)
    .describe("a port from 1 to 65535, or 0 for a free one");

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((n) => n >= least && n <= most);

const milliseconds = (byDefault: number, most: number) =>
  wholeNumber(0, most).default(byDefault).describe(`a number of milliseconds from 0 to ${most}`);

const numberFrom = (least: number, most: number) => `a number from ${least} to ${most}`;

const pem = (kind: "private" | "public") =>
  z
    .string()
    .transform((text) => (text.includes("-----BEGIN") ? text.replaceAll("\\n", "\n") : Buffer.from(text, "base64").toString()))
    .refine((text) => isEd25519(kind, text))
    .optional()
    .describe(`an Ed25519 ${kind} key as PEM, or that in base64`);

const mailbox = z.string().transform((text, ctx) => {
  const found = mailboxOf(text);
  if (found) return found;
  ctx.addIssue("is no mailbox");
  return z.NEVER;
});

function isEd25519(kind: "private" | "public", text: string): boolean {
  try {
    if (kind === "public" && text.includes("PRIVATE KEY")) return false;
    const key = kind === "private" ? createPrivateKey(text) : createPublicKey(text);
    return key.asymmetricKeyType === "ed25519";
  } catch {
    return false; // the two throw for whatever isn't a key
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

const list = (text: string) => [...new Set(text.split(",").flatMap((name) => name.trim() || []))];

const variables = (serviceNames: readonly string[]) =>
  z.object({
    NODE_ENV: z.string().optional().describe("any word"),
    HOST: z
      .string()
      .regex(/^[\w.:%-]+$/)
      .default("127.0.0.1")
      .describe("a host name or an address to listen on"),
    PORT: port(3000),
    NODE_PORT: port(3030),
    DATA_DIR: z
      .string()
      .refine((path) => !path.includes("\0"))
      .default("./data")
      .describe("the path of a folder"),
    SERVICES: z
      .string()
      .transform(list)
      .refine((names) => names.length > 0 && names.every((name) => serviceNames.includes(name)))
      .default([...serviceNames])
      .describe(`a list, separated by commas, of ${serviceNames.join(", ")}`),
    NAMESPACE: z
      .string()
      .regex(/^[\w-]{1,40}$/)
      .default("commerce")
      .describe("a name of letters, digits, _ and -"),
    TRANSPORTER: z.string().refine(isNatsUrl).optional().describe("nats://host:port"),
    REDIS_URL: z.string().refine(isRedisUrl).optional().describe("redis://host:port/db"),
    LOCK_WAIT_MS: milliseconds(5, 1_000),
    EVENTS: z.enum(["on", "off"]).default("on").describe("on or off"),
    KAFKA_BROKERS: z
      .string()
      .transform(list)
      .refine((brokers) => brokers.length > 0 && brokers.every(isHostAndPort))
      .optional()
      .describe("a list, separated by commas, of host:port"),
    KAFKA_TLS: z.enum(["on", "off"]).default("off").describe("on or off"),
    KAFKA_SASL: z.enum(["plain", "scram-sha-256", "scram-sha-512"]).optional().describe("plain, scram-sha-256 or scram-sha-512"),
    KAFKA_USERNAME: z.string().min(1).max(500).optional().describe("1 to 500 characters"),
    KAFKA_PASSWORD: z.string().min(1).max(500).optional().describe("1 to 500 characters"),
    KAFKA_CREATE_TOPICS: z.enum(["on", "off"]).default("on").describe("on or off"),
    EVENT_PARTITIONS: wholeNumber(1, 1_000).default(8).describe(numberFrom(1, 1_000)),
    EVENT_REPLICAS: wholeNumber(1, 9).optional().describe(numberFrom(1, 9)),
    EVENT_RETENTION_HOURS: wholeNumber(1, 100_000)
      .default(7 * 24)
      .describe(numberFrom(1, 100_000)),
    OUTBOX_MAX_WAITING: wholeNumber(0, 999_999_999).default(1_000_000).describe(numberFrom(0, 999_999_999)),
    SEED: z.enum(["demo", "none"]).default("demo").describe("demo or none"),
    DEMO_PASSWORD: z.string().min(8).max(128).optional().describe("8 to 128 characters"),
    TOKEN_PRIVATE_KEY: pem("private"),
    TOKEN_PUBLIC_KEY: pem("public"),
    PAYMENT_WEBHOOK_SECRET: z.string().min(shortestSecret).max(500).optional().describe(`${shortestSecret} to 500 characters`),
    RATE_LIMIT: z.enum(["on", "off"]).default("on").describe("on or off"),
    TRUSTED_PROXIES: z
      .string()
      .transform(list)
      .refine((ranges) => ranges.every(isAddressRange))
      .default([])
      .describe("a list, separated by commas, of addresses and ranges such as 10.0.0.0/8"),
    CORS_ORIGINS: z
      .string()
      .transform(list)
      .refine((origins) => origins.every(isOrigin))
      .default([])
      .describe("a list, separated by commas, of origins such as https://shop.example.com"),
    NOTIFICATION_PROVIDER: z.enum(["log", "smtp"]).default("log").describe("log or smtp"),
    SMTP_URL: z.string().refine(isSmtpUrl).optional().describe("smtp://user:password@host:port or smtps://…"),
    SMTP_FROM: mailbox.optional().describe("an e-mail address, such as shop@example.com or The shop <shop@example.com>"),
    BUSINESS_TIME_ZONE: z.string().refine(isTimeZone).default("UTC").describe("the name of a time zone, such as Asia/Seoul"),
    ORDER_WAIT_MS: milliseconds(5_000, 60_000),
    DRAIN_MS: milliseconds(10_000, 600_000),
    LOG_LEVEL: z
      .enum(["fatal", "error", "warn", "info", "debug", "trace"])
      .default("info")
      .describe("fatal, error, warn, info, debug or trace"),
    TRACING: z.enum(["off", "console", "zipkin"]).default("off").describe("off, console or zipkin"),
    ZIPKIN_URL: z
      .string()
      .refine(isHttpUrl)
      .transform((url) => url.replace(/\/+$/, ""))
      .default("http://127.0.0.1:9411")
      .describe("http://host:port, or https"),
    DATABASE_URL: z
      .string()
      .refine(isServerUrl)
      .optional()
      .describe("mysql://user:password@host:port/name; each service has the schema name_service"),
    ...Object.fromEntries(serviceNames.map((name) => [variableOf(name), ownDatabaseUrl])),
  });

const ownDatabaseUrl = z
  .string()
  .refine((text) => /^sqlite:\/[^\0?]+$/.test(text) || isServerUrl(text))
  .optional()
  .describe("mysql://user:password@host:port/schema or sqlite:/path/of/a/file");

/** The variable that gives a service a database of its own, e.g. `ORDER_HISTORY_DATABASE_URL`. */
export const variableOf = (service: string) => `${service.toUpperCase().replaceAll("-", "_")}_DATABASE_URL`;

/** The variables that were given, each checked, with the defaults of the others. Throws a `ConfigError` that names every bad one. */
export function parseEnvironment(env: Environment, serviceNames: readonly string[]) {
  const schema = variables(serviceNames);
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "")); // `PORT=` is what compose makes of an unset one
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ...parsed.data, given };
  const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  const shape: Record<string, z.ZodType> = schema.shape;
  throw new ConfigError(
    names
      .map((name) => `${name}=${isSecret(name) ? "…" : JSON.stringify(given[name])} can't be used: it must be ${shape[name]?.description}`)
      .join("; "),
  );
}
