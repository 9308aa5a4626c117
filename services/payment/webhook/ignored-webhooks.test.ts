import { DecideAgain } from "../../../mixins/database";
import { databaseOf } from "../../../test/support/database-of";
import { lostLock } from "../../../test/support/lost-lock";
import type { Desk } from "../payment.fixture";
import { applyWebhooks } from "./apply-webhooks";
import { Sender, webhookOf } from "./webhook.fixture";

let sender: Sender;
let desk: Desk;
beforeAll(async () => {
  sender = await Sender.open();
  ({ desk } = sender);
});
beforeEach(() => void sender.logged.splice(0));

describe("a webhook that changes nothing is kept with its verdict, answered and logged:", () => {
  test("an unknown payment", async () => {
    const webhook = webhookOf("payment.approved", "nobody's");
    expect(await sender.deliver(webhook)).toEqual({});
    expect(await sender.kept(webhook.id)).toMatchObject([{ verdict: "UNKNOWN_PAYMENT", payment_id: "nobody's" }]);
    expect(sender.logged).toEqual([expect.stringMatching(/^warn .*UNKNOWN_PAYMENT/)]);
  });

  test.each([
    ["payment.approved", 99],
    ["payment.failed", 101],
    ["payment.approved", 0],
  ] as const)("%s over another amount, %i", async (type, amount) => {
    const payment = await sender.unknownPayment();
    const webhook = webhookOf(type, payment.id, { amount });
    await sender.deliver(webhook);
    expect(await desk.paymentOf(payment.orderId)).toEqual(payment);
    expect(await sender.kept(webhook.id)).toMatchObject([{ verdict: "OTHER_AMOUNT" }]);
    expect(sender.logged).toEqual([expect.stringMatching(/^warn .*OTHER_AMOUNT/)]);
  });

  test.each([
    ["payment.approved", { method: "CASH" }],
    ["payment.failed", { method: "CARD", token: "tok_ok" }],
    ["payment.refunded", { method: "CARD", token: "tok_ok" }],
    ["payment.refunded", { method: "POINT" }],
  ] as const)("%s of a payment by %j, which waits for nothing", async (type, due) => {
    const orderId = await desk.paid(due);
    const payment = await desk.paymentOf(orderId);
    const webhook = webhookOf(type, payment.id);
    await sender.deliver(webhook);
    expect(await desk.paymentOf(orderId)).toEqual(payment);
    expect(await sender.kept(webhook.id)).toMatchObject([{ verdict: "NOT_WAITING" }]);
    expect(await desk.typesOf(orderId)).toEqual(["payment.approved"]);
    expect(sender.logged).toEqual([expect.stringMatching(/^warn .*NOT_WAITING/)]);
  });

  test("a refund of a payment of unknown outcome, which nobody has asked for", async () => {
    const payment = await sender.unknownPayment();
    await sender.deliver(webhookOf("payment.refunded", payment.id));
    expect(await desk.paymentOf(payment.orderId)).toEqual(payment);
  });

  test("I8: an approval for a failed payment, which is told to people", async () => {
    const orderId = desk.newOrder();
    await desk.pay(orderId, { token: "tok_declined" });
    const payment = await desk.paymentOf(orderId);
    await sender.deliver(webhookOf("payment.approved", payment.id));
    await sender.deliver(webhookOf("payment.approved", payment.id, { amount: 5 }));
    expect(await desk.paymentOf(orderId)).toEqual(payment);
    expect(await desk.typesOf(orderId)).toEqual(["payment.failed"]);
    expect(sender.logged).toEqual([
      expect.stringMatching(/^error ALERT: .*NOT_WAITING/),
      expect.stringMatching(/^error ALERT: .*OTHER_AMOUNT/),
    ]);
  });
});

describe("I1: a webhook that comes again", () => {
  test("does nothing, whatever it says now, and is answered as before", async () => {
    const [one, other] = [await sender.unknownPayment(), await sender.unknownPayment()];
    const first = webhookOf("payment.approved", one.id);
    await sender.deliver(first);
    expect(await sender.deliver(first)).toEqual({});
    expect(await sender.deliver(webhookOf("payment.failed", other.id, { id: first.id }))).toEqual({});
    expect(await desk.paymentOf(other.orderId)).toEqual(other);
    expect(await sender.kept(first.id)).toMatchObject([{ type: "payment.approved", verdict: "APPLIED", body: JSON.stringify(first) }]);
    expect(await desk.typesOf(one.orderId)).toEqual(["payment.unknown", "payment.approved"]);
    expect(sender.logged).toEqual([]);
  });

  test("does nothing even though it did nothing before and would now", async () => {
    const orderId = await desk.paid({ token: "tok_refund_timeout" });
    const { id } = await desk.paymentOf(orderId);
    const early = webhookOf("payment.refunded", id);
    await sender.deliver(early);
    await desk.refund(orderId);
    await sender.deliver(early);
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED" });
  });

  test("at once, to one node and to another, has one effect", async () => {
    const other = await desk.shop.again();
    const payments = await Promise.all(Array.from({ length: 10 }, () => sender.unknownPayment()));
    const webhooks = payments.map(({ id }) => webhookOf("payment.approved", id));
    const answers = await Promise.all(
      webhooks.flatMap((webhook) => [
        sender.deliver(webhook),
        sender.deliver(webhook, { of: other }),
        sender.deliver(webhook),
        sender.deliver(webhook, { of: other }),
      ]),
    );
    await other.stop();
    expect(answers).toEqual(answers.map(() => ({})));
    for (const [index, { orderId }] of payments.entries()) {
      expect(await sender.kept(webhooks[index]!.id)).toMatchObject([{ verdict: "APPLIED" }]);
      expect(await desk.typesOf(orderId)).toEqual(["payment.unknown", "payment.approved"]);
    }
  });

  test("and was taken elsewhere between two statements is decided again", async () => {
    const { id, orderId } = await sender.unknownPayment();
    const webhook = webhookOf("payment.approved", id);
    const take =
      "insert into payment_webhook (provider, webhook_id, type, payment_id, verdict, body, received_at) values (?, ?, '', '', 1, '', 0)";
    const applying = databaseOf(desk.shop, "payment").transaction((tx) =>
      applyWebhooks.run([{ provider: "sandbox", webhook, body: "" }], lostLock(tx, take, ["sandbox", webhook.id])),
    );
    await expect(applying).rejects.toThrow(DecideAgain);
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "UNKNOWN" });
  });

  test("is another one when its id is another: of two that contradict each other at once, one is applied", async () => {
    const { id, orderId } = await sender.unknownPayment();
    const webhooks = [webhookOf("payment.approved", id), webhookOf("payment.failed", id)];
    await Promise.all(webhooks.map((webhook) => sender.deliver(webhook)));
    const verdictsOfBoth = (await Promise.all(webhooks.map((webhook) => sender.kept(webhook.id)))).flat().map(({ verdict }) => verdict);
    expect(verdictsOfBoth.toSorted()).toEqual(["APPLIED", "NOT_WAITING"]);
    expect(await desk.typesOf(orderId)).toHaveLength(2);
  });

  test("is another one when its id is another: of two in one transaction the first is applied", async () => {
    const { id, orderId } = await sender.unknownPayment();
    const both = [webhookOf("payment.failed", id), webhookOf("payment.approved", id)];
    const deliveries = both.map((webhook) => ({ provider: "sandbox", webhook, body: "" }));
    const applied = await databaseOf(desk.shop, "payment").transaction((tx) => applyWebhooks.run(deliveries, tx));
    expect(applied).toMatchObject([{ result: { verdict: "APPLIED" } }, { result: { verdict: "NOT_WAITING", alert: true } }]);
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "FAILED" });
  });
});
