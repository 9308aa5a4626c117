/** The rules of the house 1–4, over the source tree; and each of them over a violation planted for it, so that none is blind. */
import { globSync } from "node:fs";

import {
  callsAreTyped,
  clientStandsAlone,
  environmentIsReadOnce,
  layersPointDownwards,
  mixinsHaveNoDomainWords,
  nothingIsAny,
  servicesMeetByContract,
  type Rule,
} from "./architecture/rules";
import { parseSource, readSource } from "./architecture/source";

const tree = globSync(["*.{ts,cjs}", "{bench,client,lib,mixins,sagas,scripts,services}/**/*.{ts,cjs}"]).map((path) =>
  readSource(path.replaceAll("\\", "/")),
);

const planted = (rule: Rule, path: string, text: string) => rule(parseSource(path, text));

test("the tree is looked at", () => {
  const folders = new Set(tree.map(({ path }) => path.split("/")[0]));
  expect([...folders]).toEqual(expect.arrayContaining(["bench", "client", "lib", "mixins", "sagas", "scripts", "services"]));
  expect(tree.find(({ path }) => path === "sagas/place-order.ts")?.imports).toContain("services/point/point.contract");
});

describe.each<[string, Rule, [path: string, text: string][]]>([
  [
    "rule 1: a service imports another service's contract only",
    servicesMeetByContract,
    [
      ["services/order/quote.ts", 'import { Shelf } from "../product/product";'],
      ["services/order/quote.ts", 'import type { Shelf } from "../product/product.service";'],
      ["services/order/quote.ts", 'export * from "../product/products";'],
      ["services/order/quote.ts", 'const { Shelf } = require("../product/product");'],
      ["services/order/quote.ts", 'const shelf = () => import("../product/product");'],
      ["services/order/quote.ts", 'type Shelf = import("../product/product").Shelf;'],
      ["services/order/quote.ts", 'import { services } from "..";'],
      ["services/order/order.contract.ts", 'import { Order } from "./order";'],
    ],
  ],
  [
    "rule 2: mixins import packages and each other, lib imports mixins, sagas import contracts",
    layersPointDownwards,
    [
      ["mixins/saga/engine.ts", 'import { now } from "../../lib/clock";'],
      ["mixins/saga/engine.ts", 'import { order } from "../../services/order/order.contract";'],
      ["lib/service.ts", 'import { placeOrder } from "../sagas/place-order";'],
      ["lib/service.ts", 'import { services } from "../services";'],
      ["lib/service.ts", 'import { createBroker } from "../moleculer.config";'],
      ["sagas/place-order.ts", 'import { Wallet } from "../services/point/point";'],
      ["sagas/place-order.ts", 'import { openDatabase } from "../mixins/database";'],
    ],
  ],
  [
    "rule 2: the client imports packages and itself",
    clientStandsAlone,
    [
      ["client/index.ts", 'import { Client } from "../scripts/client";'],
      ["client/index.ts", 'import type { orderView } from "../services/order/order.contract";'],
    ],
  ],
  [
    "rule 2: mixins have no domain words",
    mixinsHaveNoDomainWords,
    [
      ["mixins/saga/engine.ts", 'const orderId = "";'],
      ["mixins/saga/engine.ts", 'const table = "coupon_outbox_event";'],
    ],
  ],
  [
    "rule 3: process.env is read in lib/config.ts and by the launcher only",
    environmentIsReadOnce,
    [
      ["lib/health.ts", "const port = process.env.NODE_PORT;"],
      ["scripts/start.ts", 'const { PORT } = process["env"];'],
      ["moleculer.config.ts", "export const level = () => process.env?.LOG_LEVEL;"],
    ],
  ],
  [
    "rule 4: calls go through the contract, events through the outbox",
    callsAreTyped,
    [
      ["services/order/quote.ts", 'ctx.call("product.quote", {});'],
      ["services/order/quote.ts", 'this.broker.call("product.quote");'],
      ["services/order/quote.ts", "host.broker.call(`product.${name}`);"],
      ["services/order/quote.ts", 'ctx.emit("order.completed", {});'],
      ["services/order/quote.ts", 'this.broker.broadcast("order.completed");'],
    ],
  ],
  [
    "rule 4: no any at a boundary",
    nothingIsAny,
    [
      ["services/order/quote.ts", "export function quote(params: any) {}"],
      ["lib/service.ts", "const host = service as any;"],
      ["mixins/saga/engine.ts", "const steps: Map<string, any> = new Map();"],
    ],
  ],
])("%s", (_rule, rule, violations) => {
  test("holds", () => {
    expect(tree.flatMap(rule)).toEqual([]);
  });

  test.each(violations)("is broken by %s: %s", (path, text) => {
    expect(planted(rule, path, text)).toHaveLength(1);
  });
});
