/** The shop, on temporary folders and, with a server's URL, on schemas of its own next to that of the URL. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { join } from "node:path";

import { type Config, loadConfig } from "../../lib/config";
import { migrateAll } from "../../lib/migrate";
import { reconcile } from "../../scripts/reconcile";
import { domainServices, serviceNames } from "../../services";
import type { Lifetime } from "../lifetime";
import { backlogOf, drained } from "./backlog";
import { Child } from "./child";
import { countRows, inWords } from "./count-rows";
import { temporaryFolder } from "./folders";
import { mapAtMost } from "./map-at-most";
import { dropSchemas, schemaBeside } from "./schemas";
import type { DatabaseCpu, Drained, Side, StatusCounts, Verdict } from "./side";

export interface ShopOptions {
  /** `mysql://user@host:port/name`; SQLite files without it. */
  database?: string;
  /**
   * What becomes of events: `on` sends and applies them while orders are placed, `later` after the run, which is timed; `off` leaves
   * them in the outboxes, where they are counted.
   */
  events: "on" | "later" | "off";
  /** The services of each process, the gateway's first; all in one without it. */
  nodes?: Readonly<Record<string, readonly string[]>>;
  /** `nats://host:port`, over which several processes talk. */
  transporter?: string;
}

type Environment = Record<string, string>;
/** Tokens are signed and checked with it, by all nodes. */
const newKey = () => generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const file = join(__dirname, "shop-process.ts");

export class Shop implements Side {
  readonly name = "ours";
  readonly processes: Child[] = [];

  private constructor(
    readonly config: Config,
    private readonly events: ShopOptions["events"],
    private readonly environment: Environment,
    private readonly lifetime: Lifetime,
  ) {}

  static async open({ database, events, nodes = { shop: serviceNames }, transporter }: ShopOptions, lifetime: Lifetime): Promise<Shop> {
    const names = Object.keys(nodes);
    const folders = await mapAtMost(names, () => temporaryFolder(lifetime)); // a folder has one owner
    const environment: Environment = {
      ...{ DATA_DIR: folders[0]!, PORT: "0", NODE_PORT: "0", LOG_LEVEL: "error", RATE_LIMIT: "off" },
      TOKEN_PRIVATE_KEY: newKey(),
      EVENTS: events === "on" ? "on" : "off",
      ...(database && { DATABASE_URL: schemaBeside(database) }),
      ...(transporter && { TRANSPORTER: transporter, NAMESPACE: `bench-${randomBytes(8).toString("hex")}` }),
    };
    const config = loadConfig(environment, serviceNames);
    lifetime.atEnd(() => dropSchemas(Object.keys(domainServices).map((name) => config.databaseUrl(name))));
    if (!config.embedded) await migrateAll(domainServices, config);
    const shop = new Shop(config, events, environment, lifetime);
    // The gateway comes last: it is ready when the others are there.
    for (const [index, name] of [...names.entries()].toReversed())
      shop.processes.unshift(await shop.#start(name, { DATA_DIR: folders[index]!, SERVICES: nodes[name]!.join() }));
    return shop;
  }

  get url(): string {
    return this.processes[0]!.url;
  }

  async settle(): Promise<void> {
    if (this.events === "on") await drained(this.config, this.lifetime.signal);
  }

  async judge(told: StatusCounts, databaseCpu: DatabaseCpu | undefined): Promise<Verdict> {
    for (const one of this.processes) await one.stop();
    const after = this.events === "later" ? await this.#drain(databaseCpu) : undefined;
    const { violations, underWay, completed } = await reconcile(this.config);
    const issued = await countRows(this.config.databaseUrl("coupon"), "user_coupon");
    const wrong = violations.map(({ rule, what, detail }) => `${rule}: ${what}: ${detail}`);
    wrong.push(...underWay.filter((line) => this.events !== "off" || !/^(unsent events|events unread)/.test(line)));
    if (completed + issued !== (told[201] ?? 0)) wrong.push(`clients were told of success ${told[201] ?? 0} times`);
    const { unsent } = await backlogOf(this.config);
    return {
      violations: wrong,
      recounted: inWords({ "orders completed": completed, "coupons issued": issued }),
      ...(after && { drained: after }),
      ...(unsent && { waiting: unsent }),
    };
  }

  async #drain(databaseCpu: DatabaseCpu | undefined): Promise<Drained> {
    const { unsent: events } = await backlogOf(this.config);
    const child = await this.#start("relay and consumers", { EVENTS: "on" });
    const before = { child: await child.cpuMs(), database: databaseCpu?.() };
    const { sentMs, appliedMs } = await drained(this.config, this.lifetime.signal);
    const used = (await child.cpuMs()) - before.child;
    const database = databaseCpu && databaseCpu() - (before.database ?? 0);
    await child.stop();
    return {
      ...{ events, sentSeconds: sentMs / 1_000, appliedSeconds: appliedMs / 1_000, cpuMs: used / events },
      ...(database !== undefined && { databaseCpuMs: database / events }),
    };
  }

  #start(name: string, own: Environment): Promise<Child> {
    return Child.start(name, file, { ...this.environment, ...own }, this.lifetime);
  }
}
