import type { Service } from "moleculer";

import { type Database, DecideAgain, type Tx } from "../../mixins/database";
import type { InboxEvent } from "../../mixins/inbox";
import { testDatabase } from "../../test/support/database";
import { lostLock } from "../../test/support/lost-lock";
import { consumers } from "./follow-orders";
import { orderViews } from "./migrations/0001-order-views";
import { orderViewProducts } from "./migrations/0003-order-view-products";
import { told } from "./news.fixture";
import type { OrderView } from "./order-view";

let db: Database;
beforeAll(async () => {
  db = await testDatabase("order-history", [orderViews, orderViewProducts]);
});

/** All kinds of events have one handler, which takes them as they come. */
const [{ apply }] = consumers as [(typeof consumers)[number]];
const follow = (events: readonly InboxEvent[], tx: Tx) => apply(events, tx, {} as Service);

let events = 0;
function event(type: string, orderId: string, data: object): InboxEvent {
  return { id: `e${++events}`, type, at: 5, key: orderId, data, headers: {} };
}

const ofOrder = (type: string, orderId: string, at: number) => event(`order.${type}`, orderId, told(at, { orderId }));
const ofPayment = (type: "approved" | "refunded", orderId: string) =>
  event(`payment.${type}`, orderId, {
    paymentId: `p-${orderId}`,
    orderId,
    userId: "u1",
    method: "CARD",
    status: type.toUpperCase(),
    amount: 20_000,
    refunded: 0,
    currency: "KRW",
  });

async function views(ids: readonly string[]): Promise<OrderView[]> {
  const rows = await db.select<{ document: string }>("select document from order_view where id in (?) order by id", [ids]);
  return rows.map(({ document }) => JSON.parse(document) as OrderView);
}

test("a batch costs three statements at most, whatever its size and however its kinds alternate", async () => {
  const ids = Array.from({ length: 60 }, (_, n) => `batch-${String(n).padStart(2, "0")}`);
  await db.transaction((tx) =>
    follow(
      ids.slice(0, 30).map((id) => ofOrder("placed", id, 1)),
      tx,
    ),
  );
  const batch = ids.toReversed().flatMap((id) => [ofOrder("placed", id, 1), ofPayment("approved", id), ofOrder("completed", id, 6)]);
  const statements: string[] = [];
  await db.transaction((tx) => {
    const select = tx.select.bind(tx);
    const execute = tx.execute.bind(tx);
    tx.select = (sql, values) => (statements.push(sql), select(sql, values));
    tx.execute = (sql, values) => (statements.push(sql), execute(sql, values));
    return follow(batch, tx);
  });
  expect(statements).toHaveLength(3);
  const all = await views(ids);
  expect(all).toHaveLength(60);
  for (const view of all) expect(view).toMatchObject({ status: "COMPLETED", payment: { status: "APPROVED" } });
});

test("I7: an order that its payment makes known while it is read is decided again, and nothing is overwritten", async () => {
  const early = "insert into order_view (id, user_id, document, heard_at) values (?, ?, ?, ?)";
  const work = (tx: Tx) => follow([ofOrder("placed", "race", 1)], lostLock(tx, early, ["race", "u1", "{}", 1]));
  await expect(db.transaction(work)).rejects.toBeInstanceOf(DecideAgain);
});

test("I7: orders and their payments that are met at the same time, in opposite order, are all shown whole", async () => {
  for (let round = 0; round < 10; round++) {
    const ids = Array.from({ length: 20 }, (_, n) => `race-${round}-${String(n).padStart(2, "0")}`);
    await Promise.all([
      db.transaction((tx) =>
        follow(
          ids.map((id) => ofOrder("placed", id, 1)),
          tx,
        ),
      ),
      db.transaction((tx) =>
        follow(
          ids.toReversed().map((id) => ofPayment("approved", id)),
          tx,
        ),
      ),
    ]);
    await Promise.all([
      db.transaction((tx) =>
        follow(
          ids.toReversed().map((id) => ofPayment("refunded", id)),
          tx,
        ),
      ),
      db.transaction((tx) =>
        follow(
          ids.map((id) => ofOrder("completed", id, 6)),
          tx,
        ),
      ),
    ]);
    const all = await views(ids);
    expect(all).toHaveLength(20);
    for (const view of all) expect(view).toMatchObject({ status: "COMPLETED", payment: { status: "REFUNDED" } });
  }
});
