/** An order whose payment's outcome the provider can't tell waits for it; a webhook ends the wait, however long the back-off is. */
import { v7 as uuid } from "uuid";

import { Buyer, stock } from "../../test/support/buyer";
import { databaseOf } from "../../test/support/database-of";
import { signatureOf, webhookSecretOf } from "../../test/support/provider";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { domainServices } from "..";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "50" } });
});

/** An order over 1000 by card, at once or once its payment is known. */
async function placed(token: string) {
  const buyer = new Buyer(shop);
  const { order } = await buyer.place({ items: [{ productId: await stock(shop), quantity: 1 }], payment: { method: "CARD", token } });
  return { buyer, id: order!.id };
}

const hours = 3_600_000;

/** Waits until the saga has given up asking for now, and puts off the next time by hours. */
async function putOff(type: string, id: string): Promise<void> {
  const sql = "update saga_instance set next_at = next_at + ? where type = ? and business_key = ? and state = 2";
  await waitFor(() => databaseOf(shop, "order").transaction((tx) => tx.execute(sql, [hours, type, id])), {
    what: `${type} ${id} to wait`,
    timeoutMs: 20_000,
  });
}

async function webhook(type: string, orderId: string): Promise<void> {
  const [payment] = await databaseOf(shop, "payment").select<{ id: string }>("select id from payment where order_id = ?", [orderId]);
  const body = JSON.stringify({ id: uuid(), type, data: { paymentId: payment?.id, providerRef: "ref", amount: 1000 } });
  const signature = signatureOf(body, await webhookSecretOf(shop));
  await shop.broker.call("payment.webhook", { provider: "sandbox", body, signature });
}

test("I1: approved: the order is COMPLETED", async () => {
  const { buyer, id } = await placed("tok_timeout");
  await putOff("place-order", id);
  expect(await buyer.order(id)).toMatchObject({ status: "PENDING" });
  await webhook("payment.approved", id);
  expect(await buyer.reaches(id, "COMPLETED")).toMatchObject({ payment: { status: "APPROVED" } });
});

test("I2: failed: the order is FAILED", async () => {
  const { buyer, id } = await placed("tok_timeout");
  await putOff("place-order", id);
  await webhook("payment.failed", id);
  expect(await buyer.reaches(id, "FAILED")).toMatchObject({ failure: { code: "PAYMENT_DECLINED" } });
});

test("I1: given back: the order is CANCELED", async () => {
  const { buyer, id } = await placed("tok_refund_timeout");
  await buyer.reaches(id, "COMPLETED");
  await buyer.cancel(id);
  await putOff("cancel-order", `${id}:1`);
  expect(await buyer.order(id)).toMatchObject({ status: "CANCELING" });
  await webhook("payment.refunded", id);
  expect(await buyer.reaches(id, "CANCELED")).toMatchObject({ payment: { status: "REFUNDED" } });
});
