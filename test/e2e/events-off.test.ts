/** `EVENTS=off`: a shop that sells and tells nobody, until a node relays what has waited. */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { reconcile } from "../../scripts/reconcile";
import { withSpoiled } from "../../scripts/reconcile/sound-shop.fixture";
import { serviceNames } from "../../services";
import { Buyer, stock } from "../support/buyer";
import { temporaryFolder } from "../support/cleanup";
import { testShopUrl } from "../support/database";
import { databaseOf } from "../support/database-of";
import { quiet } from "../support/quiet";
import { startShop, type TestShop } from "../support/shop";

jest.setTimeout(60_000);

const unsent = async (shop: TestShop) => {
  const [row] = await databaseOf(shop, "order").select<{ n: number }>("select count(*) as n from order_outbox_event");
  return row!.n;
};

test("I7: its events are kept and counted, and a node with EVENTS=on tells them all", async () => {
  const dataDir = await temporaryFolder("shop-");
  const url = testShopUrl(serviceNames);
  const start = (EVENTS: string) => startShop({ dataDir, env: { EVENTS, ...(url && { DATABASE_URL: url }) } });

  const silent = await start("off");
  const productId = await stock(silent, { stock: 10 });
  const buyer = new Buyer(silent);
  const cart = { items: [{ productId, quantity: 2 }], payment: { method: "CASH" } as const };
  expect(await buyer.place(cart)).toMatchObject({ status: 201, order: { status: "COMPLETED" } });
  const { order } = await buyer.place(cart);
  expect(await buyer.cancel(order!.id)).toMatchObject({ status: 200, order: { status: "CANCELED" } });
  const events = await unsent(silent);
  expect(events).toBeGreaterThanOrEqual(5);
  expect(existsSync(join(dataDir, "bus.sqlite"))).toBe(false);
  expect((await fetch(`${silent.url}/health/ready`)).status).toBe(200);

  const anHourAgo = "update order_outbox_event set created_at = created_at - 3600000";
  const sinceThen = "update outbox_bucket set owner = '0'"; // no process start that is known: nothing counts as just started
  await withSpoiled(
    silent,
    [
      ["order", "order_outbox_event", anHourAgo],
      ["order", "outbox_bucket", sinceThen],
    ],
    async () => {
      expect(await reconcile(silent.config, { url: silent.url })).toMatchObject({
        violations: [],
        underWay: expect.arrayContaining([`unsent events of order: ${events}`]),
      });
      const { violations } = await reconcile({ ...silent.config, events: true }, { url: silent.url });
      expect(violations.filter(({ rule }) => rule === "outbox")).toHaveLength(events);
    },
  );
  await silent.stop();

  const telling = await start("on");
  await quiet(telling);
  expect(await unsent(telling)).toBe(0);
  expect(await reconcile(telling.config, { url: telling.url })).toMatchObject({ violations: [], underWay: [], completed: 1 });
});
