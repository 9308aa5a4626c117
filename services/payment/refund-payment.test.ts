import { DecideAgain, type Tx } from "../../mixins/database";
import { refused } from "../../mixins/outcome";
import { SAGA_STEP_SEALED, SAGA_STEP_UNKNOWN } from "../../mixins/participant";
import type { SettledCall } from "../../mixins/participant/types";
import { databaseOf } from "../../test/support/database-of";
import { lostLock } from "../../test/support/lost-lock";
import { providerGivesBack, providerMakesUpItsMind, refundsOf } from "../../test/support/provider";
import { waitFor } from "../../test/support/wait";
import { Desk, type Due } from "./payment.fixture";
import { refundPayment } from "./refund-payment";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});

const refusedAs = (detail: string) => refused("ORDER_NOT_CANCELABLE", detail);
const unknown = { ok: false, failed: true, type: SAGA_STEP_UNKNOWN };

test.each<[Due, { status: string; refunded: number; atProvider: number }]>([
  [
    { method: "CARD", token: "tok_ok" },
    { status: "REFUNDED", refunded: 100, atProvider: 1 },
  ],
  [{ method: "POINT" }, { status: "REFUNDED", refunded: 100, atProvider: 0 }],
  [
    { method: "CARD", amount: 0, token: "tok_ok" },
    { status: "REFUNDED", refunded: 0, atProvider: 0 },
  ],
  [
    { method: "POINT", amount: 0 },
    { status: "REFUNDED", refunded: 0, atProvider: 0 },
  ],
  [{ method: "CASH" }, { status: "CANCELED", refunded: 0, atProvider: 0 }],
])(
  "I1, I7, I8: a payment by %j is given back once and told, however often the step is called",
  async (due, { status, refunded, atProvider }) => {
    const orderId = await desk.paid(due);
    const [first, atOnce] = await Promise.all([desk.refund(orderId), desk.refund(orderId)]);
    const payment = await desk.paymentOf(orderId);
    expect(first).toEqual({ ok: true, result: { paymentId: payment.id, status } });
    expect(atOnce).toEqual(first);
    expect(await desk.refund(orderId)).toEqual(first);
    expect(await desk.askRefund(orderId, { seal: true })).toEqual({ state: "done", result: { paymentId: payment.id, status } });
    expect(payment).toMatchObject({ status, refunded });
    expect(await refundsOf(desk.shop, orderId)).toEqual(
      Array.from({ length: atProvider }, () => ({ amount: payment.amount, declined: null })),
    );
    expect(await desk.typesOf(orderId)).toEqual(["payment.approved", `payment.${status.toLowerCase()}`]);
    expect(desk.toldOf(orderId)[1]?.data).toMatchObject({ paymentId: payment.id, status, amount: payment.amount, refunded });
  },
);

test.each<Due>([{ method: "CASH" }, { token: "tok_ok" }])(
  "a payment by %j is not given back a second time under another id",
  async (due) => {
    const orderId = await desk.paid(due);
    await desk.refund(orderId, 1);
    expect(await desk.refund(orderId, 2)).toEqual(refusedAs("The payment was given back before"));
    expect(await desk.askRefund(orderId, { attempt: 2 })).toMatchObject({ state: "refused" });
    expect(await desk.typesOf(orderId)).toHaveLength(2);
  },
);

test.each<Due>([{ method: "POINT" }, { token: "tok_ok" }])(
  "I8: of two refunds of a payment by %j under two ids that come at once, in one group and on two nodes, one is done",
  async (due) => {
    const other = await desk.shop.again();
    const orders = await Promise.all(Array.from({ length: 8 }, () => desk.paid(due)));
    const answers = await Promise.all(
      orders.map(async (orderId) => [
        ...(await Promise.all([
          desk.refundAll([desk.refundOf(orderId, 1), desk.refundOf(orderId, 2)]),
          desk.refundAll([desk.refundOf(orderId, 3)], other),
        ])),
      ]),
    );
    await other.stop();
    for (const [index, orderId] of orders.entries()) {
      expect(answers[index]?.flat().filter(({ ok }) => ok)).toHaveLength(1);
      expect(await desk.paymentOf(orderId)).toMatchObject({ status: "REFUNDED", refunded: 100 });
      expect(await refundsOf(desk.shop, orderId)).toHaveLength(due.method === "POINT" ? 0 : 1);
      expect(await desk.typesOf(orderId)).toHaveLength(2);
    }
  },
);

test.each<[Due, object]>([
  [{ method: "POINT" }, { ok: true }],
  [{ token: "tok_ok" }, { started: { refund: { amount: 100 } } }],
])("I8: of two refunds of a payment by %j in one transaction the first is begun", async (due, first) => {
  const orderId = await desk.paid(due);
  const calls = [desk.refundOf(orderId, 1), desk.refundOf(orderId, 2)];
  const begun = databaseOf(desk.shop, "payment").transaction((tx) => refundPayment.begin(calls, tx));
  expect(await begun).toMatchObject([first, { ok: false, type: "ORDER_NOT_CANCELABLE" }]);
});

test.each([
  ["tok_declined", "FAILED"],
  ["tok_timeout", "UNKNOWN"],
])("a payment with %s, which is %s, can't be given back", async (token, status) => {
  const orderId = desk.newOrder();
  await desk.pay(orderId, { token });
  expect(await desk.refund(orderId)).toEqual(refusedAs("The order was not paid"));
  expect(await desk.paymentOf(orderId)).toMatchObject({ status, refunded: 0 });
});

test("an order without a payment has nothing to give back; its neighbours have", async () => {
  const [nothing, orderId] = [desk.newOrder(), await desk.paid({ method: "CASH" })];
  const answers = await desk.refundAll([desk.refundOf(nothing), desk.refundOf(orderId)]);
  expect(answers).toMatchObject([refusedAs("The order was not paid"), { ok: true }]);
});

test("I8: a refund of unknown outcome is asked for again under its key, and no other is begun meanwhile", async () => {
  const orderId = await desk.paid({ token: "tok_refund_timeout" });
  expect(await desk.refund(orderId)).toMatchObject(unknown);
  expect(await desk.askRefund(orderId)).toEqual({ state: "unknown" });
  expect(await desk.refund(orderId, 2)).toEqual(refusedAs("The payment is being given back"));
  expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED", refunded: 0 });
  expect(await desk.typesOf(orderId)).toEqual(["payment.approved"]);

  await providerMakesUpItsMind(desk.shop);
  expect(await desk.askRefund(orderId)).toMatchObject({ state: "done", result: { status: "REFUNDED" } });
  expect(await desk.paymentOf(orderId)).toMatchObject({ status: "REFUNDED", refunded: 100 });
  expect(await refundsOf(desk.shop, orderId)).toEqual([{ amount: 100, declined: null }]);
  expect(await desk.typesOf(orderId)).toEqual(["payment.approved", "payment.refunded"]);
});

test("I2: a refund that the bank declines changes nothing, and the next attempt may succeed", async () => {
  const orderId = await desk.paid({ token: "tok_refund_declined" });
  const answer = await desk.refund(orderId, 1);
  expect(answer).toEqual(refusedAs("The bank declined to take the money back"));
  expect(await desk.refund(orderId, 1)).toEqual(answer);
  expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED", refunded: 0 });

  await providerGivesBack(desk.shop);
  expect(await desk.refund(orderId, 1)).toEqual(answer);
  expect(await desk.refund(orderId, 2)).toMatchObject({ ok: true, result: { status: "REFUNDED" } });
  expect(await desk.paymentOf(orderId)).toMatchObject({ status: "REFUNDED", refunded: 100 });
  expect(await refundsOf(desk.shop, orderId)).toMatchObject([{ declined: expect.any(String) }, { declined: null }]);
  expect(await desk.typesOf(orderId)).toEqual(["payment.approved", "payment.refunded"]);
});

test("I2: a sealed refund refuses the call that comes late and leaves the payment as it is", async () => {
  const orderId = await desk.paid({ token: "tok_ok" });
  expect(await desk.askRefund(orderId)).toEqual({ state: "absent" });
  expect(await desk.askRefund(orderId, { seal: true })).toEqual({ state: "sealed" });
  expect(await desk.refund(orderId)).toMatchObject({ ok: false, type: SAGA_STEP_SEALED });
  expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED", refunded: 0 });
  expect(await refundsOf(desk.shop, orderId)).toEqual([]);
  expect(await desk.refund(orderId, 2)).toMatchObject({ ok: true });
});

test("I4: a refund that is under way can't be sealed", async () => {
  const orderId = await desk.paid({ token: "tok_refund_timeout" });
  await desk.refund(orderId);
  expect(await desk.askRefund(orderId, { seal: true })).toEqual({ state: "unknown" });
  await providerMakesUpItsMind(desk.shop);
  expect(await desk.askRefund(orderId, { seal: true })).toMatchObject({ state: "done" });
});

test.each([
  ["before it asked the provider", "perform"],
  ["before it wrote the provider's answer", "settle"],
])("I1: a refund whose process died %s is finished by the next one, and the dead one's late word does nothing", async (_when, at) => {
  const orderId = await desk.paid({ token: "tok_ok" });
  const held = at === "perform" ? desk.holdProvider("refund") : desk.holdGroup("participant.refund.settle");
  const late = desk.refund(orderId);
  await held.reached;
  const next = await desk.shop.again();
  await waitFor(async () => (await desk.paymentOf(orderId)).status === "REFUNDED", { what: "the next process to finish it" });
  held.release();
  expect(await late).toMatchObject({ ok: true, result: { status: "REFUNDED" } });
  await next.stop();
  expect(await refundsOf(desk.shop, orderId)).toEqual([{ amount: 100, declined: null }]);
  expect(await desk.typesOf(orderId)).toEqual(["payment.approved", "payment.refunded"]);
});

test("I7: what is told of a refund carries the request's id", async () => {
  const orders = await Promise.all([desk.paid({ token: "tok_ok" }), desk.paid({ method: "CASH" })]);
  await desk.refundAll(orders.map((orderId) => ({ ...desk.refundOf(orderId), trace: { requestId: "r-2" } })));
  for (const orderId of orders) {
    await desk.typesOf(orderId);
    expect(desk.toldOf(orderId)[1]).toMatchObject({ headers: { ce_correlationid: "r-2" } });
  }
});

describe("I8, rule 8: locks that are lost", () => {
  const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => databaseOf(desk.shop, "payment").transaction(work);

  test.each<Due>([{ method: "POINT" }, { token: "tok_ok" }])("no second refund of a payment by %j is begun", async (due) => {
    const orderId = await desk.paid(due);
    const begin = "update payment set refund_id = 'other' where order_id = ?";
    const beginning = inTransaction((tx) => refundPayment.begin([desk.refundOf(orderId)], lostLock(tx, begin, [orderId])));
    await expect(beginning).rejects.toThrow(DecideAgain);
    expect(await desk.refund(orderId)).toMatchObject({ ok: true });
  });

  test.each<SettledCall["performed"]>([
    { state: "approved", reference: "r" },
    { state: "declined", refusal: refused("ORDER_NOT_CANCELABLE") },
  ])("a refund that was decided meanwhile is not decided again as $state", async (performed) => {
    const orderId = await desk.paid({ token: "tok_refund_timeout" });
    await desk.refund(orderId);
    const { params: _params, ...step } = desk.refundOf(orderId);
    const decide = "update payment set status = 5, refunded = amount where order_id = ?";
    const settling = inTransaction((tx) => refundPayment.settle([{ ...step, performed }], lostLock(tx, decide, [orderId]), desk.service));
    await expect(settling).rejects.toThrow(DecideAgain);
    expect(await desk.askRefund(orderId)).toEqual({ state: "unknown" });
  });
});
