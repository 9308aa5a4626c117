import { DecideAgain } from "../../mixins/database";
import { refused } from "../../mixins/outcome";
import { SAGA_STEP_SEALED, type StepAnswer, type VerifyAnswer } from "../../mixins/participant";
import type { SettledCall } from "../../mixins/participant/types";
import { databaseOf } from "../../test/support/database-of";
import { recordEvents, type Told } from "../../test/support/events";
import { lostLock } from "../../test/support/lost-lock";
import { chargesOf, providerMakesUpItsMind } from "../../test/support/provider";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { processPayment } from "./process-payment";

let shop: TestShop;
let told: Told[];
beforeAll(async () => {
  shop = await startShop({ only: ["payment"] });
  told = await recordEvents(shop, "commerce.payment.v1");
});
afterAll(() => shop.stop());

let orders = 0;
const newOrder = () => `order-${++orders}`;

const step = (id: string) => ({ saga: "place-order", id, step: "pay" });

interface Due {
  method?: "POINT" | "CARD" | "CASH";
  amount?: number;
  token?: string;
}

type Paid = StepAnswer<{ paymentId: string; status: string }>;

const dueFor = (orderId: string, { method = "CARD", amount = 100, token }: Due) => ({
  ...step(orderId),
  params: { orderId, userId: "u1", method, amount, currency: "KRW", ...(token !== undefined && { token }) },
});
const payAll = async (calls: object[]) => (await shop.broker.call<{ outcomes: Paid[] }, object>("payment.process", { calls })).outcomes;
const pay = async (orderId: string, due: Due): Promise<Paid> => (await payAll([dueFor(orderId, due)]))[0]!;

async function ask(orderId: string, seal = false, of = shop): Promise<VerifyAnswer> {
  const { answers } = await of.broker.call<{ answers: VerifyAnswer[] }, object>("payment.outcome", { calls: [{ ...step(orderId), seal }] });
  return answers[0]!;
}

interface PaymentView {
  id: string;
  orderId: string;
  status: string;
  approvedAt?: string;
}

const read = (id: string, meta: object = {}, userId = "u1") =>
  shop.broker.call<PaymentView, object>("payment.read", { id, userId }, { meta });

async function paymentsOf(orderId: string, of = shop): Promise<PaymentView[]> {
  const rows = await databaseOf(of, "payment").select<{ id: string }>("select id from payment where order_id = ?", [orderId]);
  return Promise.all(rows.map(({ id }) => of.broker.call<PaymentView, object>("payment.read", { id, userId: "u1" })));
}

const toldOf = (orderId: string) => told.filter(({ key }) => key === orderId).map(({ type }) => type);

test.each([
  ["POINT", 100],
  ["CASH", 100],
  ["CARD", 0],
] as const)("I7: %s over %i is approved at once, told, and no provider is asked", async (method, amount) => {
  const orderId = newOrder();
  const answer = await pay(orderId, { method, amount, token: "tok_declined" });
  const [payment] = await paymentsOf(orderId);
  expect(payment).toMatchObject({ orderId, method, amount, refunded: 0, status: "APPROVED", approvedAt: expect.any(String) });
  expect(answer).toEqual({ ok: true, result: { paymentId: payment?.id, status: "APPROVED" } });
  expect(await chargesOf(shop, orderId)).toEqual([]);
  await waitFor(() => toldOf(orderId).length > 0);
  expect(toldOf(orderId)).toEqual(["payment.approved"]);
});

test("I1: a card is charged once, however often the step is called", async () => {
  const orderId = newOrder();
  const [first, atOnce] = await Promise.all([pay(orderId, { token: "tok_ok" }), pay(orderId, { token: "tok_ok" })]);
  expect(first).toMatchObject({ ok: true, result: { status: "APPROVED" } });
  expect(atOnce).toEqual(first);
  expect(await pay(orderId, { token: "tok_ok" })).toEqual(first);
  expect(await paymentsOf(orderId)).toHaveLength(1);
  expect(await chargesOf(shop, orderId)).toEqual([{ amount: 100, approved: 1 }]);
  await waitFor(() => toldOf(orderId).length > 0);
  expect(toldOf(orderId)).toEqual(["payment.approved"]);
});

test.each(["tok_declined", "tok_nobody_knows"])("%s is refused, and the payment shows it", async (token) => {
  const orderId = newOrder();
  expect(await pay(orderId, { token })).toMatchObject({ ok: false, type: "PAYMENT_DECLINED" });
  expect(await pay(orderId, { token })).toMatchObject({ ok: false, type: "PAYMENT_DECLINED" });
  const payments = await paymentsOf(orderId);
  expect(payments).toMatchObject([{ status: "FAILED" }]);
  expect(payments[0]).not.toHaveProperty("approvedAt");
  await waitFor(() => toldOf(orderId).length > 0);
  expect(toldOf(orderId)).toEqual(["payment.failed"]);
});

test("a card's token is kept only until the provider has decided", async () => {
  const tokenOf = async (orderId: string) => {
    const rows = await databaseOf(shop, "payment").select<{ token: string | null }>("select token from payment where order_id = ?", [
      orderId,
    ]);
    return rows[0]?.token;
  };
  const open = newOrder();
  await pay(open, { token: "tok_timeout" });
  expect(await tokenOf(open)).toBe("tok_timeout");
  await providerMakesUpItsMind(shop);
  await ask(open);
  expect(await tokenOf(open)).toBeNull();
});

test.each([
  ["tok_timeout", "done", "APPROVED", "payment.approved"],
  ["tok_lost", "refused", "FAILED", "payment.failed"],
])("%s shows UNKNOWN until the provider has decided, then it is %s", async (token, state, status, type) => {
  const orderId = newOrder();
  expect(await pay(orderId, { token })).toMatchObject({ ok: false, failed: true });
  expect(await paymentsOf(orderId)).toMatchObject([{ status: "UNKNOWN" }]);
  expect(await ask(orderId)).toEqual({ state: "unknown" });
  expect(toldOf(orderId)).toEqual([]);

  await providerMakesUpItsMind(shop);
  expect(await ask(orderId)).toMatchObject({ state });
  expect(await paymentsOf(orderId)).toMatchObject([{ status }]);
  expect(await chargesOf(shop, orderId)).toHaveLength(1);
  await waitFor(() => toldOf(orderId).length > 0);
  expect(toldOf(orderId)).toEqual([type]);
});

test("I2: a sealed pivot refuses the call that comes late, and leaves no payment", async () => {
  const orderId = newOrder();
  expect(await ask(orderId)).toEqual({ state: "absent" });
  expect(await ask(orderId, true)).toEqual({ state: "sealed" });
  expect(await pay(orderId, { token: "tok_ok" })).toMatchObject({ ok: false, type: SAGA_STEP_SEALED });
  expect(await paymentsOf(orderId)).toEqual([]);
  expect(await chargesOf(shop, orderId)).toEqual([]);
});

test("I4: a payment that is under way can't be sealed", async () => {
  const orderId = newOrder();
  await pay(orderId, { token: "tok_timeout" });
  expect(await ask(orderId, true)).toEqual({ state: "unknown" });
  await providerMakesUpItsMind(shop);
  expect(await ask(orderId, true)).toMatchObject({ state: "done" });
});

test("I1: what a process has begun the next one finishes, with one charge", async () => {
  const orderId = newOrder();
  await pay(orderId, { token: "tok_timeout" });
  await providerMakesUpItsMind(shop);
  await shop.stop();
  shop = await shop.again();
  told = await recordEvents(shop, "commerce.payment.v1");
  await waitFor(async () => (await paymentsOf(orderId))[0]?.status === "APPROVED");
  expect(await ask(orderId)).toMatchObject({ state: "done" });
  expect(await chargesOf(shop, orderId)).toHaveLength(1);
});

test("one payment for an order: another saga's for the same order fails, alone", async () => {
  const [orderId, neighbour] = [newOrder(), newOrder()];
  await pay(orderId, { method: "CASH" });
  const another = { ...dueFor(orderId, { method: "CASH" }), saga: "another" };
  expect(await payAll([another, dueFor(neighbour, { method: "CASH" })])).toMatchObject([{ ok: false, failed: true }, { ok: true }]);
  expect(await paymentsOf(orderId)).toHaveLength(1);
});

test("a payment under another id than the order's fails: nothing would find it again", async () => {
  const [orderId, other] = [newOrder(), newOrder()];
  expect(await payAll([{ ...dueFor(orderId, { token: "tok_ok" }), ...step(other) }])).toMatchObject([{ ok: false, failed: true }]);
  expect([await paymentsOf(orderId), await chargesOf(shop, other)]).toEqual([[], []]);
});

test.each<SettledCall["performed"]>([
  { state: "approved", reference: "r" },
  { state: "declined", refusal: refused("PAYMENT_DECLINED") },
])("rule 8: a payment that was decided meanwhile, its lock being lost, is not decided again as $state", async (performed) => {
  const orderId = newOrder();
  await pay(orderId, { token: "tok_timeout" });
  const decide = "update payment set status = 4 where order_id = ?";
  const settling = databaseOf(shop, "payment").transaction((tx) =>
    processPayment.settle([{ ...step(orderId), performed }], lostLock(tx, decide, [orderId])),
  );
  await expect(settling).rejects.toThrow(DecideAgain);
  expect(await paymentsOf(orderId)).toMatchObject([{ status: "UNKNOWN" }]);
});

test.each<Due>([{ token: "tok_ok" }, { token: "tok_declined" }, { method: "CASH" }])(
  "I7: what is told of a payment by %j carries the request's id",
  async (due) => {
    const orderId = newOrder();
    await payAll([{ ...dueFor(orderId, due), trace: { requestId: "r-1" } }]);
    await waitFor(() => toldOf(orderId).length > 0);
    expect(told.filter(({ key }) => key === orderId)).toMatchObject([{ headers: { requestId: "r-1" } }]);
  },
);

test("is read by its customer and by staff, by nobody else", async () => {
  const orderId = newOrder();
  await pay(orderId, { method: "CASH" });
  const [payment] = await paymentsOf(orderId);
  const id = payment?.id ?? "";
  expect(await read(id)).toEqual(payment);
  expect(await read(id, { caller: { id: "staff", role: "admin" } }, "staff")).toEqual(payment);
  await expect(read(id, { caller: { id: "u2", role: "customer" } }, "u2")).rejects.toMatchObject({ code: 404, type: "PAYMENT_NOT_FOUND" });
  await expect(read("nobody's")).rejects.toMatchObject({ code: 404, type: "PAYMENT_NOT_FOUND" });
});
