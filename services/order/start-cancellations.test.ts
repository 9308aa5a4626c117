import type { Service } from "moleculer";
import { v7 as uuid } from "uuid";

import type { DatabaseVars } from "../../mixins/database";
import type { Sagas } from "../../mixins/saga";
import { databaseOf } from "../../test/support/database-of";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { pendingOrder } from "./order.fixture";
import { insertOrders } from "./orders";
import { type Canceling, startCancellations } from "./start-cancellations";

let shop: TestShop;

beforeAll(async () => {
  shop = await startShop({ only: ["order"] });
});

const host = () => shop.broker.getLocalService("order") as Service & DatabaseVars & { sagas: Sagas };

/** A COMPLETED order of the customer `u`. */
async function completed(): Promise<string> {
  const id = uuid();
  const history = [
    { status: "PENDING", at: 1 },
    { status: "COMPLETED", at: 2 },
  ] as const;
  const order = pendingOrder({ id, status: "COMPLETED", history: [...history], payment: { method: "CASH", id: "p", status: "APPROVED" } });
  await databaseOf(shop, "order").transaction(async (tx) => insertOrders(tx, [{ order }]));
  return id;
}

const request = (orderId: string, rest: Partial<Canceling> = {}): Canceling => ({
  ...{ orderId, userId: "u", meta: {}, sagas: host().sagas, startBy: Date.now() + 60_000 },
  ...rest,
});

/** Statuses of the orders, and the attempts that were begun. */
async function stateOf(...ids: string[]) {
  const db = databaseOf(shop, "order");
  const orders = await db.select<{ status: number }>("select status from orders where id in (?) order by id", [ids]);
  const sagas = await db.select<{ id: string }>("select business_key as id from saga_instance where type = 'cancel-order' order by id");
  const rows = await db.select<{ id: string }>("select order_id as id from order_cancellation order by id");
  const mine = (found: { id: string }[]) => found.map(({ id }) => id).filter((id) => ids.some((one) => id.startsWith(one)));
  return { statuses: orders.map(({ status }) => status), sagas: mine(sagas), rows: mine(rows) };
}

test("I2: a cancellation whose client was told that the shop is too slow does not begin behind his back; its neighbour does", async () => {
  const [late, inTime] = [await completed(), await completed()];
  const { group } = host();
  const remembered = { keyDigest: "k", bodyHash: "h" };
  const outcomes = await Promise.all([
    group.submit(startCancellations, request(late, { startBy: Date.now() - 1, request: remembered })),
    group.submit(startCancellations, request(inTime)),
  ]);
  expect(outcomes).toMatchObject([{ ok: false, type: "UNAVAILABLE" }, { ok: true }]);
  expect(await stateOf(late, inTime)).toEqual({ statuses: [2, 4], sagas: [`${inTime}:1`], rows: [inTime] });
});

test("I8: requests for one order never share a transaction, so that the second meets what the first did", async () => {
  const id = await completed();
  const groups = jest.spyOn(startCancellations, "run");
  const outcomes = await Promise.all([1, 2, 3].map(() => host().group.submit(startCancellations, request(id))));
  expect(groups.mock.calls.map(([calls]) => calls.length)).toEqual([1, 1, 1]);
  groups.mockRestore();
  expect(outcomes.map((outcome) => outcome.ok && [outcome.result.cancellation.attempt, outcome.result.order.status])).toEqual([
    [1, "COMPLETED"],
    [undefined, "CANCELING"],
    [undefined, "CANCELING"],
  ]);
  expect(await stateOf(id)).toEqual({ statuses: [4], sagas: [`${id}:1`], rows: [id] });
});

test("I8: an order that isn't as it was locked is decided again, and nothing is begun", async () => {
  const id = await completed();
  const { db } = host();
  const cancel = db.transaction((tx) =>
    startCancellations.run([request(id)], lostLock(tx, "update orders set status = 5 where id = ? and status = 2", [id])),
  );
  await expect(cancel).rejects.toThrow("orders.status");
  expect(await stateOf(id)).toEqual({ statuses: [2], sagas: [], rows: [] });
});
