import type { Service } from "moleculer";
import { v7 as uuid } from "uuid";

import type { DatabaseVars } from "../../mixins/database";
import type { Sagas } from "../../mixins/saga";
import { databaseOf } from "../../test/support/database-of";
import { startShop, type TestShop } from "../../test/support/shop";
import { pendingOrder } from "./order.fixture";
import { startOrders } from "./start-orders";

let shop: TestShop;

beforeAll(async () => {
  shop = await startShop({ only: ["order"] });
});

test("I2: an order whose customer was told that the shop is too slow does not begin behind his back; its neighbour does", async () => {
  const { group, sagas } = shop.broker.getLocalService("order") as Service & DatabaseVars & { sagas: Sagas };
  const [late, inTime] = [uuid(), uuid()];
  const outcomes = await Promise.all([
    group.submit(startOrders, { order: pendingOrder({ id: late }), sagas, startBy: Date.now() - 1 }),
    group.submit(startOrders, { order: pendingOrder({ id: inTime }), sagas, startBy: Date.now() + 60_000 }),
  ]);
  expect(outcomes).toMatchObject([{ ok: false, type: "UNAVAILABLE" }, { ok: true }]);
  const rows = await databaseOf(shop, "order").select("select id from orders where id in (?)", [[late, inTime]]);
  const begun = await databaseOf(shop, "order").select("select business_key as id from saga_instance");
  expect([rows, begun]).toEqual([[{ id: inTime }], [{ id: inTime }]]);
});
