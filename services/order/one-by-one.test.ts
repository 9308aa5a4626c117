import fc from "fast-check";

import { isDuplicateKey } from "../../mixins/database";
import { createGroupCommit } from "../../mixins/group-commit";
import { refused } from "../../mixins/outcome";
import { OutboxStore } from "../../mixins/outbox/store";
import { saga, type Sagas } from "../../mixins/saga";
import { type Change, SagaLog } from "../../mixins/saga/log";
import { placeOrder } from "../../sagas/place-order";
import { testDatabase } from "../../test/support/database";
import { expectSameOneByOne, OneByOne, oneByOneTimeoutMs } from "../../test/support/one-by-one";
import { completeOrders, failOrders } from "./end-orders";
import { factsOf } from "./order";
import { pendingOrder } from "./order.fixture";
import orderService from "./order.service";
import { refuseOrders, startOrders } from "./start-orders";

jest.setTimeout(oneByOneTimeoutMs);

const plain = { noNullPrototype: true } as const;
/** `o1` to `o4` have begun. */
const begun = fc.constantFrom<string[]>("o1", "o2", "o3", "o4");
const fresh = fc.integer({ min: 1, max: 1000 }).map((n) => `fresh-${n}`);
const mostly = (usual: fc.Arbitrary<string>, other: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: other });
/** Of the customer's request. */
const key = mostly(fc.constant(""), fc.constantFrom("k1", "k2"));

const call = fc.oneof(
  // `late`: nobody waits for it any more.
  fc.record(
    { action: fc.constant("start" as const), id: mostly(fresh, begun), key, late: fc.constantFrom(false, false, false, true) },
    plain,
  ),
  fc.record({ action: fc.constant("refuse" as const), id: mostly(fresh, begun), key }, plain),
  fc.record({ action: fc.constantFrom("complete" as const, "fail" as const), id: mostly(begun, fresh) }, plain),
);
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

const { payment: _, ...facts } = factsOf(pendingOrder());
const inputOf = (orderId: string) => ({ ...facts, orderId, fromBalance: 0, payment: { method: "CASH" as const } });
const bound = saga(placeOrder, { completed: completeOrders, compensated: failOrders });

/** As an engine writes how a saga has ended, when it is the saga's owner. */
const endOf = (orderId: string, change: Change) => ({
  held: { type: placeOrder.type, id: orderId, epoch: 1 },
  bound,
  change,
  entries: [],
  seq: 0,
});
const completed = (orderId: string) =>
  endOf(orderId, {
    to: "COMPLETED",
    ended: { id: orderId, input: inputOf(orderId), results: { pay: { paymentId: "p", status: "APPROVED" } } },
  });
const failed = (orderId: string) =>
  endOf(orderId, {
    to: "COMPENSATED",
    ended: { id: orderId, input: inputOf(orderId), results: {} },
    cause: refused("PRODUCT_OUT_OF_STOCK"),
  });

let orders: OneByOne<Call>;

beforeAll(async () => {
  const db = await testDatabase("order", orderService.migrations);
  const outbox = new OutboxStore(db, "order_outbox_event", Date.now);
  db.beforeCommit(async (tx, published) => outbox.write(tx, published));
  const group = createGroupCommit(db);
  // Writes what sagas begin and end with, and runs none: how they end is the mix's own.
  const log = new SagaLog(group, "owner", Date.now, () => undefined);
  const start = (async (definition, starts, tx) => log.start(definition as never, starts, Date.now(), tx)) satisfies Sagas["start"];
  orders = new OneByOne<Call>({
    db,
    group,
    fill: async () => undefined,
    before: ["o1", "o2", "o3", "o4"].map((one) => ({ action: "start", id: one, key: "", late: false })),
    mayThrow: isDuplicateKey, // an order, or a key, that is there already
    async send(one) {
      switch (one.action) {
        case "complete":
          return log.write(completed(one.id));
        case "fail":
          return log.write(failed(one.id));
        case "start":
        case "refuse": {
          const order = pendingOrder({ id: one.id, payment: { method: "CASH" } });
          const placing = { order, ...(one.key && { request: { keyDigest: one.key, bodyHash: "b" } }) };
          if (one.action === "refuse") return group.submit(refuseOrders, { ...placing, refusal: refused("POINT_INSUFFICIENT") });
          return group.submit(startOrders, { ...placing, sagas: { start } as Sagas, startBy: one.late ? 0 : Date.now() + 60_000 });
        }
      }
    },
  });
});

test("I1, I2, I5, I7: any mix of starting, refusing, completing and failing comes to what the calls come to one by one", () =>
  expectSameOneByOne(orders, call));

test("orders that begin, and that end, in one turn share a transaction", async () => {
  await orders.begin();
  const ids = Array.from({ length: 40 }, (__, n) => `order-${n}`);
  expect(await orders.transactionsOf(ids.map((one) => ({ action: "start", id: one, key: one, late: false })))).toBe(1);
  expect(await orders.transactionsOf(ids.map((one, n) => ({ action: n % 2 ? "fail" : "complete", id: one })))).toBe(1);
});
