/** What can be measured: for each name, a workload and the servers that it is asked of. */
import { generateKeyPairSync } from "node:crypto";

import { tokenKeys } from "../lib/keys";
import { serviceNames } from "../services";
import type { Lifetime } from "./lifetime";
import type { Writes } from "./monolith/options";
import { drain } from "./outbox/drain";
import { type Measurement, warmUpClients } from "./run";
import { Baseline } from "./servers/baseline";
import { FiveStepsNode } from "./servers/five-steps";
import { stockUp } from "./servers/goods";
import { Shop, type ShopOptions } from "./servers/shop";
import type { Side } from "./servers/side";
import { checkout } from "./workloads/checkout";
import { saga, sagaUndone } from "./workloads/five-steps";
import { hotCoupon, hotProduct } from "./workloads/sale";
import type { Extent, Goods, Workload } from "./workloads/workload";

/** One thing that can be measured. */
export type Experiment = Common & (Asked | Drained);

/** Servers are asked. `open` starts them, ours first, and stocks them up; they end with the run. */
interface Asked {
  workload: Workload;
  open(place: Place, extent: Extent, lifetime: Lifetime): Promise<{ sides: Side[]; goods: Goods }>;
}

/** What has waited is worked off, without clients. */
interface Drained {
  workload: Pick<Workload, "counts">;
  /** What the levels are numbers of. */
  levels: string;
  drain(place: Place, extent: Extent, lifetime: Lifetime): Promise<Measurement>;
}

interface Common {
  /** In one line, for a table's head. */
  title: string;
  /** Where the databases are: `server` means beside the baseline's; `either` means on files when there is no server. */
  on: "server" | "files" | "either";
  /** Work goes on after the answers: what that takes is told too. */
  settles?: true;
  /** Several processes, that talk over NATS. */
  overNats?: true;
}

/** Where servers keep their data, and how they reach each other. */
export interface Place {
  /** `mysql://user@host:port/name`: schemas for the run are made beside it. */
  database?: string;
  /** `nats://host:port` */
  transporter?: string;
  /** `host:port` of Kafka's. */
  brokers?: readonly string[];
  /** How the baseline writes. */
  writes: Writes;
}

/** The calls of a saga go over the wire, and so do those of a request's quote. */
const front = ["gateway", "order"];
const sellers = ["product", "coupon", "point"];
const threeNodes = {
  [front.join()]: front,
  [sellers.join()]: sellers,
  "payment and others": serviceNames.filter((name) => ![...front, ...sellers].includes(name)),
};

export const experiments = {
  "checkout-path": sale("one line, paid in cash; events wait in the outboxes until after the run", checkout, "server", { events: "later" }),
  "checkout-whole": sale("the same with the relay and all consumers in the same process", checkout, "server", { events: "on" }),
  "checkout-nats": sale("the same in three processes over NATS; events stay in the outboxes", checkout, "server", {
    ...{ events: "off", nodes: threeNodes },
  }),
  "checkout-sqlite": sale("one line, paid in cash, on SQLite files, with the relay and all consumers", checkout, "files", { events: "on" }),
  "checkout-sqlite-path": sale("the same; events wait in the outboxes until after the run", checkout, "files", { events: "later" }),
  "hot-product": sale("one product that everybody wants, twice as many attempts as pieces", hotProduct, "either", { events: "off" }),
  "hot-coupon": sale("one coupon that everybody wants, twice as many customers as pieces", hotCoupon, "either", { events: "off" }),
  saga: sagas("five steps without work, one after the other, each at a service of its own", saga),
  "saga-undone": sagas("the same, of which the fifth refuses and four are undone; the baseline's succeed", sagaUndone),
  outbox: {
    title: "50,000 events of 500 keys are sent to the bus",
    ...{ workload: { counts: "events" }, levels: "relays", on: "either", drain },
  },
} satisfies Record<string, Experiment>;

export type ExperimentName = keyof typeof experiments;

function sale(title: string, workload: Workload, on: Experiment["on"], options: Pick<ShopOptions, "events" | "nodes">): Experiment {
  return {
    ...{ title, workload, on },
    ...(options.events === "on" && { settles: true }),
    ...(options.nodes && { overNats: true }),
    async open({ database, transporter, writes }, extent, lifetime) {
      const server = on === "files" ? undefined : database;
      const shop = await Shop.open({ ...options, database: server, ...(options.nodes && { transporter }) }, lifetime);
      const needs = workload.needs(extent);
      const goods = await stockUp(shop, { ...needs, customers: Math.max(warmUpClients, needs.customers) });
      if (!server) return { sides: [shop], goods };
      const { publicKey } = await tokenKeys(shop.config);
      return { sides: [shop, await Baseline.open({ database: server, goods, publicKey, writes }, lifetime)], goods };
    },
  };
}

/** Nobody signs in, and a baseline needs a key. */
const nobodysKey = () => generateKeyPairSync("ed25519").publicKey;

function sagas(title: string, workload: Workload): Experiment {
  const goods: Goods = { products: [], coupons: [], customers: [] };
  return {
    ...{ title, workload, on: "either" },
    async open({ database, writes }, _extent, lifetime) {
      const node = await FiveStepsNode.open(database, lifetime);
      if (!database) return { sides: [node], goods };
      return { sides: [node, await Baseline.open({ database, goods, publicKey: nobodysKey(), writes }, lifetime)], goods };
    },
  };
}
