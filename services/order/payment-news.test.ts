import type { Service } from "moleculer";

import type { BusMessage } from "../../mixins/event-bus";
import type { Inbox } from "../../mixins/inbox";
import { Buyer, type Cart, stock } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { deliver, messageOf } from "../../test/support/events";
import { Faults, Hold } from "../../test/support/faults";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { domainServices } from "..";
import { payment, type PaymentStatus } from "../payment/payment.contract";

const faults = new Faults();
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), middlewares: [faults.middleware] });
});

const cart = (productId: string, quantity = 1): Cart => ({ items: [{ productId, quantity }], payment: { method: "CASH" } });
const news = (orderId: string, event: keyof typeof payment.events, status: PaymentStatus) =>
  messageOf(payment.events[event], {
    ...{ paymentId: `p-${orderId}`, orderId, userId: "u", method: "CARD", status },
    ...{ amount: 1, refunded: 0, currency: "KRW" },
  });
const unknown = (id: string) => news(id, "unknown", "UNKNOWN");
const approved = (id: string) => news(id, "approved", "APPROVED");
const failed = (id: string) => news(id, "failed", "FAILED");
const refunded = (id: string) => news(id, "refunded", "REFUNDED");
const canceled = (id: string) => news(id, "canceled", "CANCELED");

/** An order of which no payment will ever tell anything, with that status of one, or none; it was changed last long ago. */
async function withPayment(buyer: Buyer, status: number | null): Promise<string> {
  const refused = await buyer.place(cart(await stock(shop), 11));
  const id = refused.error!.data!.orderId!;
  const sql = "update orders set payment_status = ?, payment_id = ?, updated_at = 1 where id = ?";
  await databaseOf(shop, "order").transaction((tx) => tx.execute(sql, [status, status && `p-${id}`, id]));
  return id;
}

const heard = () => (shop.broker.getLocalService("order") as Service & { inbox: Inbox }).inbox.settled();

const codes = { UNKNOWN: 7, APPROVED: 2, FAILED: 3, REFUNDED: 5, CANCELED: 4 };

test.each<[keyof typeof codes | null, string, (id: string) => BusMessage[], string]>([
  [null, "UNKNOWN", (id) => [unknown(id)], "UNKNOWN"],
  [null, "APPROVED", (id) => [approved(id)], "APPROVED"],
  ["UNKNOWN", "FAILED", (id) => [failed(id)], "FAILED"],
  ["APPROVED", "REFUNDED", (id) => [refunded(id)], "REFUNDED"],
  ["APPROVED", "CANCELED", (id) => [canceled(id)], "CANCELED"],
  [null, "REFUNDED, then the approval before it and the doubt before that", (id) => [refunded(id), approved(id), unknown(id)], "REFUNDED"],
  [null, "that all came back, and late that a part did", (id) => [refunded(id), news(id, "refunded", "PARTIALLY_REFUNDED")], "REFUNDED"],
  [null, "all of them in order", (id) => [unknown(id), approved(id), refunded(id)], "REFUNDED"],
])("from %s, hearing %s: it changes", async (before, _what, messages, after) => {
  const buyer = new Buyer(shop);
  const id = await withPayment(buyer, before && codes[before]);
  await deliver(shop, ...messages(id));
  await waitFor(async () => (await buyer.order(id)).payment.status === after);
  await heard();
  expect((await buyer.order(id)).payment).toEqual({ id: `p-${id}`, method: "CASH", status: after });
  expect(Date.parse((await buyer.order(id)).updatedAt)).toBeGreaterThan(1);
});

test.each<[keyof typeof codes, string, (id: string) => BusMessage[]]>([
  ["APPROVED", "that it is unknown or approved", (id) => [unknown(id), approved(id)]],
  ["FAILED", "that it is unknown or failed", (id) => [unknown(id), failed(id)]],
  ["REFUNDED", "what came before, and the refund again", (id) => [unknown(id), approved(id), failed(id), refunded(id), refunded(id)]],
  ["CANCELED", "what came before", (id) => [unknown(id), approved(id), canceled(id)]],
])("from %s, hearing late %s: nothing changes", async (before, _what, messages) => {
  const buyer = new Buyer(shop);
  const [id, other] = [await withPayment(buyer, codes[before]), await withPayment(buyer, null)];
  const order = await buyer.order(id);
  await deliver(shop, ...messages(id), approved("nobodys"), approved(other));
  await waitFor(async () => (await buyer.order(other)).payment.status === "APPROVED");
  await heard();
  expect(await buyer.order(id)).toEqual(order);
});

test("a refund that is told before the order's end is not forgotten by it", async () => {
  const buyer = new Buyer(shop);
  const hold = new Hold();
  faults.next("payment.process", hold.after);
  const placing = buyer.place(cart(await stock(shop)));
  await hold.reached;
  const [id = ""] = await buyer.orderIds();
  await deliver(shop, refunded(id));
  await waitFor(async () => (await buyer.order(id)).payment.status === "REFUNDED");
  hold.release();
  expect((await placing).order).toMatchObject({ status: "COMPLETED", payment: { status: "APPROVED" } });
  expect(await buyer.order(id)).toMatchObject({ status: "COMPLETED", payment: { status: "REFUNDED" } });
});
