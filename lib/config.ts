/** Settings of one node, parsed once from the environment and frozen (rule 3: nothing else reads `process.env`). */
import { join, resolve } from "node:path";

import type { ServiceBroker } from "moleculer";

import { sqliteUrl } from "../mixins/database";
import type { KafkaBusOptions } from "../mixins/event-bus";
import { checkTogether } from "./config-rules";
import { ConfigError, parseEnvironment, variableOf, type Environment } from "./environment";
import { processWide } from "./process-wide";
import { smtpSettings, type SmtpSettings } from "./smtp";

export { ConfigError };

export interface Config {
  production: boolean;
  host: string;
  /** 0 picks a free port. */
  port: number;
  nodePort: number;
  /** Absolute path. */
  dataDir: string;
  /** Names of the services that this node runs. */
  services: readonly string[];
  /** Whether this node relays the events of its outboxes and consumes those on the bus. Otherwise they are written, and wait. */
  events: boolean;
  /** The brokers of the event bus, and how they are spoken to; without them the bus is a file in `dataDir`. */
  kafka: KafkaConfig | undefined;
  /** Of topics that are created. */
  eventPartitions: number;
  eventRetentionMs: number;
  /** How many events may wait in a service's outbox before new work that publishes is refused; 0 for as many as there are. */
  outboxMaxWaiting: number;
  seed: "demo" | "none";
  demoPassword: string | undefined;
  /** PEM. Without them `lib/keys.ts` makes a pair in `dataDir`, never in production. */
  tokenPrivateKey: string | undefined;
  tokenPublicKey: string | undefined;
  /** What the payment provider signs its webhooks with. Without it the payment service makes one in `dataDir`, never in production. */
  paymentWebhookSecret: string | undefined;
  /** Whether the gateway counts requests by user and by address. */
  rateLimit: boolean;
  /** Addresses and ranges of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  /** Origins whose pages may call the API; none by default. */
  corsOrigins: readonly string[];
  notificationProvider: "log" | "smtp";
  /** Where mail is handed over, for the provider `smtp`. */
  smtp: SmtpSettings | undefined;
  /** Sets nodes, and keys in Redis, apart from those of other shops that use the same servers. */
  namespace: string;
  /** `nats://host:port` of the server over which this node speaks to others; without it this process is the whole shop. */
  transporter: string | undefined;
  /** `redis://host:port/db`. */
  redisUrl: string | undefined;
  /** How long a group of calls for one row waits for the lock of that row, in ms; 0 takes no lock. */
  lockWaitMs: number;
  /** True when every database is a SQLite file under `dataDir`: this process is the only owner of everything. */
  embedded: boolean;
  /** `sqlite:<absolute path>` or `mysql://user:password@host:port/schema`. */
  databaseUrl(service: string): string;
  /** Time zone of calendar days, weeks and months. */
  businessTimeZone: string;
  /** How long an action that waits for a saga (`order.place`, `order.cancel`) does so before it answers 202, in ms. */
  orderWaitMs: number;
  /** Time of a call to another service that has no time of its own, in ms. */
  requestTimeoutMs: number;
  /** Time of a call of such an action: its wait and what comes before and after, in ms. */
  orderTimeoutMs: number;
  /** Time of a call to the payment provider, in ms. */
  providerTimeoutMs: number;
  /** How long a node that stops waits for requests in flight, in ms. */
  drainMs: number;
  /** Life of an access token, in seconds. */
  accessTokenSeconds: number;
  logLevel: string;
  /** Where spans go; `off`: there are none. */
  tracing: "off" | "console" | "zipkin";
  /** Without a slash at its end. */
  zipkinUrl: string;
}

export type KafkaConfig = Pick<KafkaBusOptions, "brokers" | "ssl" | "sasl" | "createTopics" | "replicas">;

/**
 * The settings that an environment asks for.
 * @param serviceNames every service there is: `SERVICES` may name these, and all of them run when it is left out
 * @throws ConfigError
 */
export function loadConfig(env: Environment, serviceNames: readonly string[]): Config {
  const { given, ...settings } = parseEnvironment(env, serviceNames);
  const production = settings.NODE_ENV === "production";
  const dataDir = resolve(settings.DATA_DIR);
  const own = (service: string) => given[variableOf(service)];
  const config: Config = {
    production,
    host: settings.HOST,
    port: settings.PORT,
    nodePort: settings.NODE_PORT,
    dataDir,
    services: Object.freeze(settings.SERVICES),
    events: settings.EVENTS === "on",
    kafka: kafkaOf(settings),
    eventPartitions: settings.EVENT_PARTITIONS,
    eventRetentionMs: settings.EVENT_RETENTION_HOURS * 3_600_000,
    outboxMaxWaiting: settings.OUTBOX_MAX_WAITING,
    seed: production ? "none" : settings.SEED,
    demoPassword: settings.DEMO_PASSWORD,
    tokenPrivateKey: settings.TOKEN_PRIVATE_KEY,
    tokenPublicKey: settings.TOKEN_PUBLIC_KEY,
    paymentWebhookSecret: settings.PAYMENT_WEBHOOK_SECRET,
    rateLimit: settings.RATE_LIMIT === "on",
    trustedProxies: Object.freeze(settings.TRUSTED_PROXIES),
    corsOrigins: Object.freeze(settings.CORS_ORIGINS),
    notificationProvider: settings.NOTIFICATION_PROVIDER,
    smtp: settings.SMTP_URL && settings.SMTP_FROM ? smtpSettings(settings.SMTP_URL, settings.SMTP_FROM, production) : undefined,
    namespace: settings.NAMESPACE,
    transporter: settings.TRANSPORTER,
    redisUrl: settings.REDIS_URL,
    lockWaitMs: settings.LOCK_WAIT_MS,
    embedded: !settings.TRANSPORTER && !settings.DATABASE_URL && !serviceNames.some(own),
    databaseUrl: (service) => own(service) ?? schemaOf(settings.DATABASE_URL, service) ?? sqliteUrl(join(dataDir, `${service}.sqlite`)),
    businessTimeZone: settings.BUSINESS_TIME_ZONE,
    orderWaitMs: settings.ORDER_WAIT_MS,
    requestTimeoutMs: 5_000,
    orderTimeoutMs: settings.ORDER_WAIT_MS + 3_000,
    providerTimeoutMs: 10_000,
    drainMs: settings.DRAIN_MS,
    accessTokenSeconds: 15 * 60,
    logLevel: settings.LOG_LEVEL,
    tracing: settings.TRACING,
    zipkinUrl: settings.ZIPKIN_URL,
  };
  checkTogether(config, given);
  return Object.freeze(config);
}

/** `loadConfig` of this process's own environment, or of what `change` makes of it. */
export function configFromEnvironment(serviceNames: readonly string[], change = (own: Environment): Environment => own): Config {
  return loadConfig(change(process.env), serviceNames);
}

function kafkaOf(settings: Omit<ReturnType<typeof parseEnvironment>, "given">): KafkaConfig | undefined {
  const { KAFKA_BROKERS: brokers, KAFKA_SASL: mechanism, KAFKA_USERNAME: username = "", KAFKA_PASSWORD: password = "" } = settings;
  if (!brokers) return undefined;
  return {
    brokers,
    ssl: settings.KAFKA_TLS === "on",
    createTopics: settings.KAFKA_CREATE_TOPICS === "on",
    ...(settings.EVENT_REPLICAS !== undefined && { replicas: settings.EVENT_REPLICAS }),
    ...(mechanism && { sasl: { mechanism, username, password } as KafkaConfig["sasl"] }),
  };
}

function schemaOf(base: string | undefined, service: string): string | undefined {
  if (!base) return undefined;
  const url = new URL(base);
  url.pathname += `_${service.replaceAll("-", "_")}`;
  return url.href;
}

const configs = processWide<ServiceBroker, Config>("config");

/** Ties the settings to the broker of this node; they never travel with it. */
export function bindConfig(broker: ServiceBroker, config: Config): void {
  configs.set(broker, config);
}

export function configOf(broker: ServiceBroker): Config {
  const config = configs.get(broker);
  if (!config) throw new Error("this broker has no configuration: create it with createBroker()");
  return config;
}
