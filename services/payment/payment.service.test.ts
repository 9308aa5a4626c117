import { DecideAgain } from "../../mixins/database";
import { refused } from "../../mixins/outcome";
import { SAGA_STEP_SEALED } from "../../mixins/participant";
import type { SettledCall } from "../../mixins/participant/types";
import { databaseOf } from "../../test/support/database-of";
import { lostLock } from "../../test/support/lost-lock";
import { chargesOf, providerMakesUpItsMind } from "../../test/support/provider";
import { waitFor } from "../../test/support/wait";
import { Desk, type Due } from "./payment.fixture";
import { processPayment } from "./process-payment";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});

const step = (id: string) => ({ saga: "place-order", id, step: "pay" });

test.each([
  ["POINT", 100],
  ["CASH", 100],
  ["CARD", 0],
] as const)("I7: %s over %i is approved at once, told, and no provider is asked", async (method, amount) => {
  const orderId = desk.newOrder();
  const answer = await desk.pay(orderId, { method, amount, token: "tok_declined" });
  const [payment] = await desk.paymentsOf(orderId);
  expect(payment).toMatchObject({ orderId, method, amount, refunded: 0, status: "APPROVED", approvedAt: expect.any(String) });
  expect(answer).toEqual({ ok: true, result: { paymentId: payment?.id, status: "APPROVED" } });
  expect(await chargesOf(desk.shop, orderId)).toEqual([]);
  expect(await desk.typesOf(orderId)).toEqual(["payment.approved"]);
});

test("I1: a card is charged once, however often the step is called", async () => {
  const orderId = desk.newOrder();
  const [first, atOnce] = await Promise.all([desk.pay(orderId, { token: "tok_ok" }), desk.pay(orderId, { token: "tok_ok" })]);
  expect(first).toMatchObject({ ok: true, result: { status: "APPROVED" } });
  expect(atOnce).toEqual(first);
  expect(await desk.pay(orderId, { token: "tok_ok" })).toEqual(first);
  expect(await desk.paymentsOf(orderId)).toHaveLength(1);
  expect(await chargesOf(desk.shop, orderId)).toEqual([{ amount: 100, approved: 1 }]);
  expect(await desk.typesOf(orderId)).toEqual(["payment.approved"]);
});

test.each(["tok_declined", "tok_nobody_knows"])("%s is refused, and the payment shows it", async (token) => {
  const orderId = desk.newOrder();
  expect(await desk.pay(orderId, { token })).toMatchObject({ ok: false, type: "PAYMENT_DECLINED" });
  expect(await desk.pay(orderId, { token })).toMatchObject({ ok: false, type: "PAYMENT_DECLINED" });
  const payments = await desk.paymentsOf(orderId);
  expect(payments).toMatchObject([{ status: "FAILED" }]);
  expect(payments[0]).not.toHaveProperty("approvedAt");
  expect(await desk.typesOf(orderId)).toEqual(["payment.failed"]);
});

test("a card's token is kept only until the provider has decided", async () => {
  const tokenOf = async (orderId: string) => {
    const rows = await databaseOf(desk.shop, "payment").select<{ token: string | null }>("select token from payment where order_id = ?", [
      orderId,
    ]);
    return rows[0]?.token;
  };
  const open = desk.newOrder();
  await desk.pay(open, { token: "tok_timeout" });
  expect(await tokenOf(open)).toBe("tok_timeout");
  await providerMakesUpItsMind(desk.shop);
  await desk.ask(open);
  expect(await tokenOf(open)).toBeNull();
});

test.each([
  ["tok_timeout", "done", "APPROVED", "payment.approved"],
  ["tok_lost", "refused", "FAILED", "payment.failed"],
])("%s shows UNKNOWN until the provider has decided, then it is %s", async (token, state, status, type) => {
  const orderId = desk.newOrder();
  expect(await desk.pay(orderId, { token })).toMatchObject({ ok: false, failed: true });
  expect(await desk.paymentsOf(orderId)).toMatchObject([{ status: "UNKNOWN" }]);
  expect(await desk.ask(orderId)).toEqual({ state: "unknown" });
  expect(await desk.typesOf(orderId)).toEqual(["payment.unknown"]);

  await providerMakesUpItsMind(desk.shop);
  expect(await desk.ask(orderId)).toMatchObject({ state });
  expect(await desk.paymentsOf(orderId)).toMatchObject([{ status }]);
  expect(await chargesOf(desk.shop, orderId)).toHaveLength(1);
  expect(await desk.typesOf(orderId)).toEqual(["payment.unknown", type]);
});

test("I2: a sealed pivot refuses the call that comes late, and leaves no payment", async () => {
  const orderId = desk.newOrder();
  expect(await desk.ask(orderId)).toEqual({ state: "absent" });
  expect(await desk.ask(orderId, true)).toEqual({ state: "sealed" });
  expect(await desk.pay(orderId, { token: "tok_ok" })).toMatchObject({ ok: false, type: SAGA_STEP_SEALED });
  expect(await desk.paymentsOf(orderId)).toEqual([]);
  expect(await chargesOf(desk.shop, orderId)).toEqual([]);
});

test("I4: a payment that is under way can't be sealed", async () => {
  const orderId = desk.newOrder();
  await desk.pay(orderId, { token: "tok_timeout" });
  expect(await desk.ask(orderId, true)).toEqual({ state: "unknown" });
  await providerMakesUpItsMind(desk.shop);
  expect(await desk.ask(orderId, true)).toMatchObject({ state: "done" });
});

test("I1: what a process has begun the next one finishes, with one charge", async () => {
  const orderId = desk.newOrder();
  await desk.pay(orderId, { token: "tok_timeout" });
  await providerMakesUpItsMind(desk.shop);
  await desk.reopen();
  await waitFor(async () => (await desk.paymentsOf(orderId))[0]?.status === "APPROVED");
  expect(await desk.ask(orderId)).toMatchObject({ state: "done" });
  expect(await chargesOf(desk.shop, orderId)).toHaveLength(1);
});

test("I8: one payment for an order: another saga's for the same order fails, alone", async () => {
  const [orderId, neighbour] = [desk.newOrder(), desk.newOrder()];
  await desk.pay(orderId, { method: "CASH" });
  const another = { ...desk.dueFor(orderId, { method: "CASH" }), saga: "another" };
  expect(await desk.payAll([another, desk.dueFor(neighbour, { method: "CASH" })])).toMatchObject([
    { ok: false, failed: true },
    { ok: true },
  ]);
  expect(await desk.paymentsOf(orderId)).toHaveLength(1);
});

test("a payment under another id than the order's fails: nothing would find it again", async () => {
  const [orderId, other] = [desk.newOrder(), desk.newOrder()];
  expect(await desk.payAll([{ ...desk.dueFor(orderId, { token: "tok_ok" }), ...step(other) }])).toMatchObject([
    { ok: false, failed: true },
  ]);
  expect([await desk.paymentsOf(orderId), await chargesOf(desk.shop, other)]).toEqual([[], []]);
});

test.each<SettledCall["performed"]>([
  { state: "approved", reference: "r" },
  { state: "declined", refusal: refused("PAYMENT_DECLINED") },
])("rule 8: a payment that was decided meanwhile, its lock being lost, is not decided again as $state", async (performed) => {
  const orderId = desk.newOrder();
  await desk.pay(orderId, { token: "tok_timeout" });
  const decide = "update payment set status = 4 where order_id = ?";
  const settling = databaseOf(desk.shop, "payment").transaction((tx) =>
    processPayment.settle([{ ...step(orderId), performed }], lostLock(tx, decide, [orderId]), desk.service),
  );
  await expect(settling).rejects.toThrow(DecideAgain);
  expect(await desk.paymentsOf(orderId)).toMatchObject([{ status: "UNKNOWN" }]);
});

test.each<Due>([{ token: "tok_ok" }, { token: "tok_declined" }, { token: "tok_timeout" }, { method: "CASH" }])(
  "I7: what is told of a payment by %j carries the request's id",
  async (due) => {
    const orderId = desk.newOrder();
    await desk.payAll([{ ...desk.dueFor(orderId, due), trace: { requestId: "r-1" } }]);
    expect(await desk.typesOf(orderId)).toHaveLength(1);
    expect(desk.toldOf(orderId)).toMatchObject([{ headers: { ce_correlationid: "r-1" }, data: { amount: 100, refunded: 0 } }]);
  },
);

test("is read by its customer and by staff, by nobody else", async () => {
  const orderId = desk.newOrder();
  await desk.pay(orderId, { method: "CASH" });
  const [payment] = await desk.paymentsOf(orderId);
  const id = payment?.id ?? "";
  expect(await desk.read(id)).toEqual(payment);
  expect(await desk.read(id, { caller: { id: "staff", role: "admin" } }, "staff")).toEqual(payment);
  await expect(desk.read(id, { caller: { id: "u2", role: "customer" } }, "u2")).rejects.toMatchObject({
    code: 404,
    type: "PAYMENT_NOT_FOUND",
  });
  await expect(desk.read("nobody's")).rejects.toMatchObject({ code: 404, type: "PAYMENT_NOT_FOUND" });
});
