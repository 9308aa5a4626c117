import { generateKeyPairSync } from "node:crypto";
import { resolve } from "node:path";

import { ServiceBroker } from "moleculer";

import { bindConfig, ConfigError, configOf, loadConfig } from "./config";

const names = ["gateway", "user", "order", "order-history", "payment", "notification"];
const load = (env: Record<string, string>) => loadConfig(env, names);

const keys = generateKeyPairSync("ed25519", {
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const rsa = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

function refusal(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

describe("defaults", () => {
  test("an empty environment is the embedded shop on port 3000", () => {
    const config = load({});
    expect(config).toMatchObject({
      production: false,
      host: "127.0.0.1",
      port: 3000,
      nodePort: 3030,
      dataDir: resolve("data"),
      services: names,
      events: true,
      namespace: "commerce",
      transporter: undefined,
      redisUrl: undefined,
      lockWaitMs: 5,
      seed: "demo",
      rateLimit: true,
      trustedProxies: [],
      corsOrigins: [],
      notificationProvider: "log",
      demoPassword: undefined,
      embedded: true,
      businessTimeZone: "UTC",
      orderWaitMs: 5_000,
      orderTimeoutMs: 8_000,
      accessTokenSeconds: 900,
      logLevel: "info",
      tracing: "off",
      zipkinUrl: "http://127.0.0.1:9411",
    });
    expect(config.databaseUrl("order")).toBe(`sqlite:${resolve("data/order.sqlite")}`);
    expect(load({ DATA_DIR: "/srv/shop #1?" }).databaseUrl("order")).toBe("sqlite:/srv/shop #1?/order.sqlite");
  });

  test("a variable that is set to nothing counts as not set", () => {
    expect(load({ PORT: "", SERVICES: "", DEMO_PASSWORD: "", DATABASE_URL: "" })).toMatchObject({
      port: 3000,
      services: names,
      embedded: true,
    });
  });

  test("nothing can be changed afterwards", () => {
    const config = load({});
    expect(Object.isFrozen(config) && Object.isFrozen(config.services)).toBe(true);
  });
});

describe("values", () => {
  test("are taken as given", () => {
    const given = {
      HOST: "0.0.0.0",
      PORT: "0",
      NODE_PORT: "65535",
      DATA_DIR: "/srv/shop",
      SERVICES: " order, user,order ",
      SEED: "none",
      EVENTS: "off",
    };
    expect(
      load({ ...given, BUSINESS_TIME_ZONE: "Asia/Seoul", ORDER_WAIT_MS: "50", LOG_LEVEL: "fatal", DEMO_PASSWORD: "password" }),
    ).toMatchObject({
      host: "0.0.0.0",
      port: 0,
      nodePort: 65_535,
      dataDir: "/srv/shop",
      services: ["order", "user"],
      events: false,
      seed: "none",
      businessTimeZone: "Asia/Seoul",
      orderWaitMs: 50,
      orderTimeoutMs: 3_050,
      logLevel: "fatal",
      demoPassword: "password",
    });
  });

  test("DATABASE_URL gives each service a schema of its own", () => {
    const config = load({ DATABASE_URL: "mysql://root:p%40ss@db:3306/shop?ssl=1" });
    expect(config.embedded).toBe(false);
    expect(config.databaseUrl("order")).toBe("mysql://root:p%40ss@db:3306/shop_order?ssl=1");
    expect(config.databaseUrl("order-history")).toBe("mysql://root:p%40ss@db:3306/shop_order_history?ssl=1");
  });

  test("a service's own URL goes before DATABASE_URL, and ends the embedded size", () => {
    const config = load({ ORDER_HISTORY_DATABASE_URL: "sqlite:/srv/history.sqlite", ORDER_DATABASE_URL: "mysql://db/orders" });
    expect(config.databaseUrl("order-history")).toBe("sqlite:/srv/history.sqlite");
    expect(config.databaseUrl("order")).toBe("mysql://db/orders");
    expect(config.databaseUrl("user")).toBe(`sqlite:${resolve("data/user.sqlite")}`);
    expect(config.embedded).toBe(false);
  });

  test("servers between nodes come with user and password, or without", () => {
    const given = { DATABASE_URL: "mysql://db/shop", EVENTS: "off", TOKEN_PRIVATE_KEY: keys.privateKey };
    expect(
      load({ ...given, TRANSPORTER: "nats://kim:p%40ss@nats.example:4222", REDIS_URL: "redis://:p%40ss@redis:6379/2", LOCK_WAIT_MS: "0" }),
    ).toMatchObject({
      transporter: "nats://kim:p%40ss@nats.example:4222",
      redisUrl: "redis://:p%40ss@redis:6379/2",
      lockWaitMs: 0,
      embedded: false,
    });
    expect(load({ REDIS_URL: "redis://[::1]", NAMESPACE: "shop_2" })).toMatchObject({
      redisUrl: "redis://[::1]",
      namespace: "shop_2",
      embedded: true,
    });
  });

  test("where spans go may lie below a path", () => {
    expect(load({ TRACING: "zipkin", ZIPKIN_URL: "https://tempo.example/zipkin/" })).toMatchObject({
      tracing: "zipkin",
      zipkinUrl: "https://tempo.example/zipkin",
    });
  });

  test("token keys come as PEM, as PEM in one line, or as base64 of PEM", () => {
    const base64 = Buffer.from(keys.publicKey).toString("base64");
    const config = load({ TOKEN_PRIVATE_KEY: keys.privateKey.replaceAll("\n", "\\n"), TOKEN_PUBLIC_KEY: base64 });
    expect(config).toMatchObject({ tokenPrivateKey: keys.privateKey, tokenPublicKey: keys.publicKey });
  });
});

describe("bad values are refused in one line that names the variable and what is allowed", () => {
  const bad: { env: Record<string, string>; named: string; allowed: string }[] = [
    { env: { PORT: "abc" }, named: 'PORT="abc"', allowed: "a port from 1 to 65535, or 0" },
    { env: { PORT: "65536" }, named: 'PORT="65536"', allowed: "a port" },
    { env: { NODE_PORT: "-1" }, named: 'NODE_PORT="-1"', allowed: "a port" },
    { env: { HOST: "http://x/" }, named: "HOST=", allowed: "a host name" },
    { env: { SERVICES: "order,gatway" }, named: 'SERVICES="order,gatway"', allowed: "gateway, user, order, order-history" },
    { env: { SERVICES: " , " }, named: "SERVICES=", allowed: "gateway, user" },
    { env: { NAMESPACE: "a.b" }, named: 'NAMESPACE="a.b"', allowed: "letters, digits, _ and -" },
    { env: { TRANSPORTER: "redis://a:secret@b:1" }, named: "TRANSPORTER=…", allowed: "nats://host:port" },
    { env: { TRANSPORTER: "nats://a,nats://b" }, named: "TRANSPORTER=…", allowed: "nats://host:port" },
    { env: { TRANSPORTER: "nats://" }, named: "TRANSPORTER=…", allowed: "nats://host:port" },
    { env: { TRANSPORTER: "nats://b:1/c" }, named: "TRANSPORTER=…", allowed: "nats://host:port" },
    { env: { REDIS_URL: "/run/redis.sock" }, named: "REDIS_URL=…", allowed: "redis://host:port/db" },
    { env: { REDIS_URL: "rediss://a:secret@b/0" }, named: "REDIS_URL=…", allowed: "redis://host:port/db" },
    { env: { REDIS_URL: "redis://a:secret@b/db" }, named: "REDIS_URL=…", allowed: "redis://host:port/db" },
    { env: { LOCK_WAIT_MS: "1001" }, named: "LOCK_WAIT_MS=", allowed: "milliseconds from 0 to 1000" },
    { env: { EVENTS: "no" }, named: 'EVENTS="no"', allowed: "on or off" },
    { env: { SEED: "yes" }, named: 'SEED="yes"', allowed: "demo or none" },
    { env: { BUSINESS_TIME_ZONE: "Mars/Olympus" }, named: 'BUSINESS_TIME_ZONE="Mars/Olympus"', allowed: "Asia/Seoul" },
    { env: { ORDER_WAIT_MS: "5s" }, named: 'ORDER_WAIT_MS="5s"', allowed: "milliseconds from 0 to 60000" },
    { env: { ORDER_WAIT_MS: "60001" }, named: "ORDER_WAIT_MS=", allowed: "milliseconds" },
    { env: { DRAIN_MS: "1.5" }, named: "DRAIN_MS=", allowed: "milliseconds" },
    { env: { TRACING: "on" }, named: 'TRACING="on"', allowed: "off, console or zipkin" },
    { env: { ZIPKIN_URL: "zipkin:9411" }, named: "ZIPKIN_URL=", allowed: "http://host:port" },
    { env: { ZIPKIN_URL: "http://a:b@zipkin:9411" }, named: "ZIPKIN_URL=", allowed: "http://host:port" },
    { env: { LOG_LEVEL: "loud" }, named: 'LOG_LEVEL="loud"', allowed: "fatal, error, warn" },
    { env: { DATABASE_URL: "postgres://a:secret@b/c" }, named: "DATABASE_URL=…", allowed: "mysql://" },
    { env: { DATABASE_URL: "mysql://a:secret@b/" }, named: "DATABASE_URL=…", allowed: "mysql://" },
    { env: { DATABASE_URL: "mysql://a:secret@b/c;drop" }, named: "DATABASE_URL=…", allowed: "mysql://" },
    { env: { ORDER_DATABASE_URL: "sqlite:secret.db" }, named: "ORDER_DATABASE_URL=…", allowed: "sqlite:/path" },
    { env: { RATE_LIMIT: "no" }, named: 'RATE_LIMIT="no"', allowed: "on or off" },
    { env: { PAYMENT_WEBHOOK_SECRET: "secret" }, named: "PAYMENT_WEBHOOK_SECRET=…", allowed: "16 to 500 characters" },
    { env: { TRUSTED_PROXIES: "10.0.0.0/33" }, named: "TRUSTED_PROXIES=", allowed: "10.0.0.0/8" },
    { env: { TRUSTED_PROXIES: "0.0.0.0/0" }, named: "TRUSTED_PROXIES=", allowed: "10.0.0.0/8" },
    { env: { TRUSTED_PROXIES: "proxy" }, named: 'TRUSTED_PROXIES="proxy"', allowed: "addresses and ranges" },
    { env: { CORS_ORIGINS: "*" }, named: 'CORS_ORIGINS="*"', allowed: "origins such as https://" },
    { env: { CORS_ORIGINS: "https://a.example/" }, named: "CORS_ORIGINS=", allowed: "origins" },
    { env: { NOTIFICATION_PROVIDER: "pigeon" }, named: "NOTIFICATION_PROVIDER=", allowed: "log or smtp" },
    { env: { SMTP_URL: "https://shop:secret@mail.example.com" }, named: "SMTP_URL=…", allowed: "smtp://user:password@host" },
    { env: { SMTP_URL: "smtp://shop:secret@mail?tls.rejectUnauthorized=false" }, named: "SMTP_URL=…", allowed: "smtps://" },
    { env: { SMTP_FROM: "The shop" }, named: 'SMTP_FROM="The shop"', allowed: "shop@example.com" },
    { env: { SMTP_FROM: "Shop\r\nBcc: x <shop@example.com>" }, named: "SMTP_FROM=", allowed: "an e-mail address" },
    { env: { DEMO_PASSWORD: "secret" }, named: "DEMO_PASSWORD=…", allowed: "8 to 128 characters" },
    { env: { TOKEN_PRIVATE_KEY: "secret" }, named: "TOKEN_PRIVATE_KEY=…", allowed: "an Ed25519 private key" },
    { env: { TOKEN_PRIVATE_KEY: rsa.privateKey }, named: "TOKEN_PRIVATE_KEY=…", allowed: "an Ed25519 private key" },
    { env: { TOKEN_PUBLIC_KEY: rsa.publicKey }, named: "TOKEN_PUBLIC_KEY=…", allowed: "an Ed25519 public key" },
    { env: { TOKEN_PUBLIC_KEY: keys.privateKey }, named: "TOKEN_PUBLIC_KEY=…", allowed: "an Ed25519 public key" },
  ];
  test.each(bad)("$named", ({ env, named, allowed }) => {
    const line = refusal(env);
    expect(line).toContain(named);
    expect(line).toContain(allowed);
    expect(line).not.toMatch(/\n|secret|BEGIN/);
  });

  test("all of them at once, still in one line", () => {
    expect(refusal({ PORT: "x", SEED: "y" })).toMatch(/^PORT="x".*; SEED="y".*$/);
  });
});

describe("mail", () => {
  const mail = { NOTIFICATION_PROVIDER: "smtp", SMTP_URL: "smtp://shop:secret@mail.example.com", SMTP_FROM: "Shop <shop@example.com>" };

  test("wants a server and a sender", () => {
    expect(load(mail).smtp).toMatchObject({ host: "mail.example.com", from: { name: "Shop", address: "shop@example.com" } });
    expect(refusal({ ...mail, SMTP_URL: "" })).toBe("SMTP_URL is missing: NOTIFICATION_PROVIDER=smtp needs the server that takes the mail");
    expect(refusal({ ...mail, SMTP_FROM: "" })).toMatch(/^SMTP_FROM is missing/);
  });

  test("is no business of a node that doesn't write to customers", () => {
    expect(load({ NOTIFICATION_PROVIDER: "smtp", SERVICES: "order" }).smtp).toBeUndefined();
  });

  test("is encrypted in production", () => {
    const open = { ...mail, SMTP_URL: "smtp://mail.example.com", SERVICES: "notification" };
    expect(load(open).smtp?.requireTls).toBe(false);
    expect(load({ ...open, NODE_ENV: "production" }).smtp?.requireTls).toBe(true);
  });
});

describe("several nodes", () => {
  const nodes = { TRANSPORTER: "nats://nats:4222", DATABASE_URL: "mysql://db/shop", EVENTS: "off" };

  test("don't share SQLite files", () => {
    expect(refusal({ ...nodes, DATABASE_URL: "", SERVICES: "gateway,order,user" })).toMatch(
      /^TRANSPORTER can't be used with SQLite files \(order, user\)/,
    );
    expect(refusal({ ...nodes, ORDER_DATABASE_URL: "sqlite:/srv/order.sqlite" })).toContain("SQLite files (order)");
    const gateway = load({ TRANSPORTER: nodes.TRANSPORTER, EVENTS: "off", SERVICES: "gateway", TOKEN_PUBLIC_KEY: keys.publicKey });
    expect(gateway.embedded).toBe(false);
  });

  test("don't share an event bus that is a file", () => {
    expect(refusal({ ...nodes, EVENTS: "on", SERVICES: "order" })).toMatch(
      /^TRANSPORTER can't be used without KAFKA_BROKERS: .*EVENTS=off$/,
    );
    expect(load({ ...nodes, EVENTS: "on", SERVICES: "order", KAFKA_BROKERS: "kafka-1:9092" }).events).toBe(true);
  });

  test("find Kafka by its brokers, with a user and password where it asks for them", () => {
    expect(load({}).kafka).toBeUndefined();
    const plain = { KAFKA_BROKERS: "kafka-1:9092, 10.0.0.2:9093" };
    expect(load(plain).kafka).toEqual({ brokers: ["kafka-1:9092", "10.0.0.2:9093"], ssl: false, createTopics: true });
    const user = { KAFKA_SASL: "scram-sha-256", KAFKA_USERNAME: "shop", KAFKA_PASSWORD: "s3cret" };
    expect(load({ ...plain, ...user, KAFKA_TLS: "on", KAFKA_CREATE_TOPICS: "off", EVENT_REPLICAS: "3" }).kafka).toMatchObject({
      ...{ ssl: true, createTopics: false, replicas: 3 },
      sasl: { mechanism: "scram-sha-256", username: "shop", password: "s3cret" },
    });
    expect(refusal({ ...plain, KAFKA_SASL: "plain" })).toMatch(/^KAFKA_SASL asks for KAFKA_USERNAME and KAFKA_PASSWORD/);
    for (const brokers of ["kafka", "kafka:0", "kafka:65536", "http://kafka:9092", ","])
      expect(refusal({ KAFKA_BROKERS: brokers })).toMatch(/^KAFKA_BROKERS=.*host:port$/);
    expect(load({ EVENT_PARTITIONS: "12", EVENT_RETENTION_HOURS: "2" })).toMatchObject({
      eventPartitions: 12,
      eventRetentionMs: 7_200_000,
    });
    expect(refusal({ EVENT_PARTITIONS: "0" })).toMatch(/a number from 1 to 1000/);
  });

  test("have keys that all of them know", () => {
    expect(refusal({ ...nodes, SERVICES: "user" })).toMatch(/^TOKEN_PRIVATE_KEY is missing/);
    expect(refusal({ ...nodes, SERVICES: "gateway" })).toMatch(/^TOKEN_PUBLIC_KEY is missing/);
    expect(load({ ...nodes, SERVICES: "order" }).transporter).toBe(nodes.TRANSPORTER);
  });
});

describe("production", () => {
  const production = { NODE_ENV: "production" };

  test("never runs without its rate limit", () => {
    expect(refusal({ ...production, SERVICES: "order", RATE_LIMIT: "off" })).toMatch(/^RATE_LIMIT=off can't be used/);
    expect(load({ RATE_LIMIT: "off" }).rateLimit).toBe(false);
  });

  test("is never seeded", () => {
    expect(load({ ...production, SEED: "demo", SERVICES: "order" }).seed).toBe("none");
  });

  test("wants the keys and secrets of the services that it runs", () => {
    const secret = { PAYMENT_WEBHOOK_SECRET: "sixteen characters" };
    expect(refusal(production)).toMatch(/^TOKEN_PRIVATE_KEY is missing/);
    expect(refusal({ ...production, TOKEN_PRIVATE_KEY: keys.privateKey })).toMatch(/^PAYMENT_WEBHOOK_SECRET is missing/);
    expect(refusal({ ...production, SERVICES: "gateway" })).toMatch(/^TOKEN_PUBLIC_KEY is missing/);
    expect(load({ ...production, ...secret, TOKEN_PRIVATE_KEY: keys.privateKey }).production).toBe(true);
    expect(load({ ...production, SERVICES: "gateway", TOKEN_PUBLIC_KEY: keys.publicKey }).production).toBe(true);
    expect(load({ ...production, SERVICES: "order" }).production).toBe(true);
  });
});

test("a public key alone doesn't let another pair be made up for signing", () => {
  expect(refusal({ TOKEN_PUBLIC_KEY: keys.publicKey })).toMatch(/^TOKEN_PRIVATE_KEY is missing/);
});

test("the settings of a node are found by its broker", async () => {
  const broker = new ServiceBroker({ logger: false });
  expect(() => configOf(broker)).toThrow("no configuration");
  const config = load({});
  bindConfig(broker, config);
  expect(configOf(broker)).toBe(config);
  await broker.stop();
});
