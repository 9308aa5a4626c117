import { SAGA_STEP_UNKNOWN } from "../../../mixins/participant";
import { databaseOf } from "../../../test/support/database-of";
import { referenceOf, refundsOf } from "../../../test/support/provider";
import { waitFor } from "../../../test/support/wait";
import type { Desk } from "../payment.fixture";
import { providerOf } from "../sandbox";
import { Sender, webhookOf } from "./webhook.fixture";

let sender: Sender;
let desk: Desk;
beforeAll(async () => {
  sender = await Sender.open();
  ({ desk } = sender);
});
beforeEach(() => void sender.logged.splice(0));

describe("a payment that waits for the provider's word", () => {
  test("I1, I7: is approved by a webhook, and the saga that asks hears so; no card is charged for it again", async () => {
    const { id, orderId } = await sender.unknownPayment();
    const webhook = webhookOf("payment.approved", id);
    const charge = jest.spyOn(providerOf(desk.service), "charge");
    expect(await sender.deliver(webhook, { requestId: "r-3" })).toEqual({});
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED", approvedAt: expect.any(String) });
    expect(await sender.hiddenOf(orderId)).toMatchObject({ provider_ref: "ref-1", token: null });

    const done = { state: "done", result: { paymentId: id, status: "APPROVED" } };
    expect(await desk.ask(orderId)).toEqual(done);
    expect(await desk.ask(orderId, true)).toEqual(done);
    expect(await desk.pay(orderId, { token: "tok_timeout" })).toEqual({ ok: true, result: done.result });
    expect(charge).not.toHaveBeenCalled();
    charge.mockRestore();

    expect(await sender.kept(webhook.id)).toMatchObject([
      { provider: "sandbox", type: "payment.approved", payment_id: id, verdict: "APPLIED", body: JSON.stringify(webhook) },
    ]);
    expect(await desk.typesOf(orderId)).toEqual(["payment.unknown", "payment.approved"]);
    expect(desk.toldOf(orderId)[1]).toMatchObject({
      headers: { ce_correlationid: "r-3" },
      data: { paymentId: id, status: "APPROVED", refunded: 0 },
    });
    expect(sender.logged).toEqual([]);
  });

  test("I7: fails by a webhook, and the saga that asks is refused", async () => {
    const { id, orderId } = await sender.unknownPayment();
    await sender.deliver(webhookOf("payment.failed", id));
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "FAILED" });
    expect(await sender.hiddenOf(orderId)).toMatchObject({ provider_ref: null, token: null });
    expect(await desk.ask(orderId, true)).toMatchObject({ state: "refused", refusal: { type: "PAYMENT_DECLINED" } });
    expect(await desk.pay(orderId, { token: "tok_timeout" })).toMatchObject({ ok: false, type: "PAYMENT_DECLINED" });
    expect(await desk.typesOf(orderId)).toEqual(["payment.unknown", "payment.failed"]);
  });

  test("is decided while nobody asks, and the next process finds it so", async () => {
    const { id, orderId } = await sender.unknownPayment();
    await sender.deliver(webhookOf("payment.approved", id));
    const next = await desk.shop.again();
    const left = () => databaseOf(desk.shop, "payment").select("select id from saga_outside where id = ?", [orderId]);
    await waitFor(async () => (await left()).length === 0, { what: "the sweep at start" });
    await next.stop();
    expect(await desk.ask(orderId)).toMatchObject({ state: "done" });
    expect(await desk.typesOf(orderId)).toEqual(["payment.unknown", "payment.approved"]);
  });
});

describe("a webhook that comes while the provider is asked", () => {
  async function begun(token: string, at: "perform" | "settle") {
    const orderId = desk.newOrder();
    const held = at === "perform" ? desk.holdProvider("charge") : desk.holdGroup("participant.process.settle");
    const answer = desk.pay(orderId, { token });
    await held.reached;
    const { id, status } = await desk.paymentOf(orderId);
    expect(status).toBe("PENDING");
    return { id, orderId, answer, release: held.release };
  }

  test("I1, I7: says what the provider then says: one effect, one event", async () => {
    const { id, orderId, answer, release } = await begun("tok_ok", "settle");
    await sender.deliver(webhookOf("payment.approved", id, { providerRef: await referenceOf(desk.shop, orderId) }));
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED" });
    release();
    expect(await answer).toEqual({ ok: true, result: { paymentId: id, status: "APPROVED" } });
    expect(await desk.typesOf(orderId)).toEqual(["payment.approved"]);
    expect(sender.logged).toEqual([]);
  });

  test.each([
    ["tok_declined", "payment.failed", "PAYMENT_DECLINED"],
    ["tok_ok", "payment.failed", "PAYMENT_DECLINED"],
    ["tok_declined", "payment.approved", undefined],
    ["tok_ok", "payment.approved", undefined],
  ] as const)("I7: what was decided first stays: %s, but %s came before", async (token, type, refusal) => {
    for (const at of ["perform", "settle"] as const) {
      const { id, orderId, answer, release } = await begun(token, at);
      sender.logged.splice(0);
      await sender.deliver(webhookOf(type, id));
      release();
      expect(await answer).toMatchObject(
        refusal ? { ok: false, type: refusal } : { ok: true, result: { paymentId: id, status: "APPROVED" } },
      );
      expect(await desk.paymentOf(orderId)).toMatchObject({ status: refusal ? "FAILED" : "APPROVED" });
      expect(await desk.typesOf(orderId)).toEqual([type]);
      const agrees = token === "tok_declined" && type === "payment.failed";
      expect(sender.logged).toEqual(agrees ? [] : [expect.stringContaining(`error ALERT: the provider says that it`)]);
    }
  });

  test("I7: decides what the provider doesn't know yet: no doubt is told afterwards", async () => {
    const { id, orderId, answer, release } = await begun("tok_timeout", "settle");
    await sender.deliver(webhookOf("payment.approved", id));
    release();
    expect(await answer).toMatchObject({ ok: false, type: SAGA_STEP_UNKNOWN });
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED" });
    expect(await desk.ask(orderId)).toMatchObject({ state: "done", result: { status: "APPROVED" } });
    expect(await desk.typesOf(orderId)).toEqual(["payment.approved"]);
  });
});

describe("a refund that is under way", () => {
  async function refunding(token: string, at?: "settle") {
    const orderId = await desk.paid({ token });
    const held = at && desk.holdGroup("participant.refund.settle");
    const answer = desk.refund(orderId);
    await (held ? held.reached : answer);
    return { orderId, answer, release: () => held?.release(), payment: await desk.paymentOf(orderId) };
  }

  test("I1, I7: ends by a webhook, and the saga that asks hears so", async () => {
    const { orderId, payment } = await refunding("tok_refund_timeout");
    const refund = jest.spyOn(providerOf(desk.service), "refund");
    await sender.deliver(webhookOf("payment.refunded", payment.id, { providerRef: "refund-1" }));
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "REFUNDED", refunded: 100 });
    expect(await sender.hiddenOf(orderId)).toMatchObject({ refund_ref: "refund-1" });
    const done = { state: "done", result: { paymentId: payment.id, status: "REFUNDED" } };
    expect(await desk.askRefund(orderId)).toEqual(done);
    expect(await desk.askRefund(orderId, { seal: true })).toEqual(done);
    expect(refund).not.toHaveBeenCalled();
    refund.mockRestore();
    expect(await refundsOf(desk.shop, orderId)).toHaveLength(1);
    expect(await desk.typesOf(orderId)).toEqual(["payment.approved", "payment.refunded"]);
    expect(desk.toldOf(orderId)[1]?.data).toMatchObject({ refunded: 100 });
  });

  test.each([
    ["tok_ok", []],
    ["tok_refund_timeout", []],
    ["tok_refund_declined", [expect.stringContaining("error ALERT: the provider says that it declined")]],
  ])("I7: what was decided first stays: %s, but payment.refunded came before", async (token, alerts) => {
    const { orderId, answer, release, payment } = await refunding(token, "settle");
    await sender.deliver(webhookOf("payment.refunded", payment.id));
    release();
    await answer;
    expect(await desk.askRefund(orderId)).toEqual({ state: "done", result: { paymentId: payment.id, status: "REFUNDED" } });
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "REFUNDED", refunded: 100 });
    expect(await desk.typesOf(orderId)).toEqual(["payment.approved", "payment.refunded"]);
    expect(sender.logged).toEqual(alerts);
  });
});
