import type { Service } from "moleculer";
import { v7 as uuid } from "uuid";

import type { DatabaseVars } from "../../mixins/database";
import type { Sagas } from "../../mixins/saga";
import { databaseOf } from "../../test/support/database-of";
import { startShop, type TestShop } from "../../test/support/shop";
import type { Order } from "./order";
import { startOrders } from "./start-orders";

let shop: TestShop;

beforeAll(async () => {
  shop = await startShop({ only: ["order"] });
});

function pending(id: string): Order {
  const at = Date.now();
  const amounts = { subtotal: 1000, discount: 0, pointsUsed: 0, paid: 1000, currency: "KRW" as const };
  const items = [{ productId: "p1", name: "Mug", unitPrice: 1000, quantity: 1, lineTotal: 1000 }];
  const history = [{ status: "PENDING" as const, at }];
  return { id, userId: "u1", status: "PENDING", items, amounts, payment: { method: "CASH" }, history, createdAt: at, updatedAt: at };
}

test("an order whose customer was told that the shop is too slow does not begin behind his back; its neighbour does", async () => {
  const { group, sagas } = shop.broker.getLocalService("order") as Service & DatabaseVars & { sagas: Sagas };
  const [late, inTime] = [uuid(), uuid()];
  const outcomes = await Promise.all([
    group.submit(startOrders, { order: pending(late), sagas, startBy: Date.now() - 1 }),
    group.submit(startOrders, { order: pending(inTime), sagas, startBy: Date.now() + 60_000 }),
  ]);
  expect(outcomes).toMatchObject([{ ok: false, type: "UNAVAILABLE" }, { ok: true }]);
  const rows = await databaseOf(shop, "order").select("select id from orders where id in (?)", [[late, inTime]]);
  const begun = await databaseOf(shop, "order").select("select business_key as id from saga_instance");
  expect([rows, begun]).toEqual([[{ id: inTime }], [{ id: inTime }]]);
});
