/** Every answer comes from one moment, which its `asOf` names, also while orders are placed, completed and cancelled. */
import type { Service } from "moleculer";

import type { InboxEvent } from "../../mixins/inbox";
import { databaseOf } from "../../test/support/database-of";
import { startShop, type TestShop } from "../../test/support/shop";
import { consumers } from "./follow-orders";
import { told } from "./news.fixture";
import type { OrderView } from "./order-view";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: ["order-history"] });
});

const [{ apply }] = consumers as [(typeof consumers)[number]];
const iso = (at: number) => new Date(at).toISOString();
const line = (productId: string, quantity: number) => ({ productId, name: productId, unitPrice: 7, quantity, lineTotal: 7 * quantity });

/** The time of an event is its number: so what a list must hold as of a time is known. Each order has other lines. */
const orders = 150;
const kinds = ["placed", "completed", "cancelRequested", "canceled"] as const;
const statuses = ["PENDING", "COMPLETED", "CANCELING", "CANCELED"] as const;
const timeOf = (n: number, kind: number) => 1 + n * kinds.length + kind;

function eventOf(n: number, kind: number): InboxEvent {
  const orderId = `o${String(n).padStart(4, "0")}`;
  const items = [line("a", 1 + (n % 5)), line("b", 1 + (n % 3))];
  const paid = items.reduce((sum, { lineTotal }) => sum + lineTotal, 0);
  const amounts = { subtotal: paid, discount: 0, pointsUsed: 0, paid, currency: "KRW" as const };
  const at = timeOf(n, kind);
  const data = told(at, { orderId, items, amounts, placedAt: iso(timeOf(n, 0)) });
  return { id: `e${at}`, type: `order.${kinds[kind]}`, at, key: orderId, data, headers: {} };
}

/** What the order with that number is at that time. */
const statusAsOf = (n: number, asOf: number) => statuses[Math.min(asOf - timeOf(n, 0), kinds.length - 1)];

test("no row of a list is newer than asOf and none that asOf tells of is missing; an order's amounts equal its lines", async () => {
  const db = databaseOf(shop, "order-history");
  let over = false;
  const telling = (async () => {
    for (let n = 0; n < orders; n++)
      for (const kind of kinds.keys()) await db.transaction((tx) => apply([eventOf(n, kind)], tx, {} as Service));
  })().finally(() => (over = true));
  const seen = new Set<number>();
  const asked = [{ limit: 100 }, { limit: 100, productId: "a" }];
  for (let look = 0; !over; look++) {
    const { items, asOf } = await shop.broker.call<{ items: OrderView[]; asOf: string }, object>("order-history.list", asked[look % 2]!);
    const at = Date.parse(asOf);
    const known = Math.ceil(at / kinds.length); // how many had been placed by then
    expect(items.map(({ id, status }) => [id, status])).toEqual(
      Array.from({ length: Math.min(100, known) }, (_, n) => [eventOf(known - 1 - n, 0).key, statusAsOf(known - 1 - n, at)]),
    );
    for (const { items: lines, amounts } of items) expect(amounts.subtotal).toBe(lines.reduce((sum, { lineTotal }) => sum + lineTotal, 0));
    seen.add(at);
    await new Promise(setImmediate); // SQLite answers without leaving the turn, and who tells would never have his
  }
  await telling;
  expect(seen.size).toBeGreaterThan(10);
});
