/** `OUTBOX_MAX_WAITING`: while too many events wait, nothing is begun that tells more, and what is under way ends. */
import { v7 as uuid } from "uuid";

import type { OrderView } from "../../services/order/order";
import { stock } from "../support/buyer";
import { databaseOf } from "../support/database-of";
import { Faults, neverArrives } from "../support/faults";
import { startShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { newCustomer } from "./people";

const waiting = (n: number) => ({
  ...{ event_id: uuid(), bucket: 0, topic: "commerce.order.v1", msg_key: `k${n}`, headers: "{}", payload: "{}" },
  ...{ status: 0, attempts: 0, created_at: Date.now() },
});

test("an order that is under way is finished, a new one is refused with Retry-After, reads go on; and then it sells again", async () => {
  const faults = new Faults();
  const env = { EVENTS: "off", OUTBOX_MAX_WAITING: "10", ORDER_WAIT_MS: "200" };
  const shop = await startShop({ env, middlewares: [faults.middleware] });
  const client = await newCustomer(shop);
  const cart = {
    items: [{ productId: await stock(shop, { stock: 1_000 }), quantity: 1 }],
    payment: { method: "CARD", token: "tok_ok" } as const,
  };
  for (const action of ["payment.process", "payment.outcome"]) faults.every(action, neverArrives);
  const underWay = await client.post<OrderView>("/orders", cart, uuid());
  expect(underWay).toMatchObject({ status: 202, body: { status: "PENDING" } });

  const db = databaseOf(shop, "order");
  await db.transaction((tx) =>
    tx.insert(
      "order_outbox_event",
      Array.from({ length: 20 }, (_, n) => waiting(n)),
    ),
  );
  const order = () => client.post<{ code: string; detail: string }>("/orders", cart, uuid());
  const refused = await waitFor(
    async () => {
      const answer = await order();
      return answer.status === 503 && answer;
    },
    { what: "an order to be refused" },
  );
  expect(refused.body).toMatchObject({ code: "OVERLOADED", detail: "Too many events wait to be sent" });
  expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  const count = async () => (await db.select<{ n: number }>("select count(*) as n from orders"))[0]!.n;
  const before = await count();
  // As many refusals as would open the circuit breaker, if they counted as failures of the service.
  expect((await Promise.all(Array.from({ length: 60 }, order))).map(({ body }) => body.code)).toEqual(Array(60).fill("OVERLOADED"));
  expect(await count()).toBe(before);

  faults.mend();
  const status = async () => (await client.get<OrderView>(`/orders/${underWay.body.id}`)).body.status;
  await waitFor(async () => (await status()) === "COMPLETED", { what: "the order that was under way to be completed" });

  await db.transaction((tx) => tx.execute("delete from order_outbox_event"));
  await waitFor(async () => (await order()).status < 300, { what: "an order to be taken again" });
}, 60_000);
