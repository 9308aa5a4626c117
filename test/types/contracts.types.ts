/**
 * What must not compile. `tsc` fails when a line under `@ts-expect-error` compiles after all; nothing here runs.
 */
import type { Tx } from "../../mixins/database";
import { batchHandler, command, handler, retriableHandler, stepHandler, type Call, type HandlerOf } from "../../lib/handlers";
import { emit, on } from "../../lib/events";
import { defaultCurrency } from "../../lib/money";
import { service } from "../../lib/service";
import type { ServiceParts } from "../../lib/service-parts";
import { defineSaga } from "../../mixins/saga";
import { coupon } from "../../services/coupon/coupon.contract";
import { order } from "../../services/order/order.contract";
import { payment } from "../../services/payment/payment.contract";
import { point } from "../../services/point/point.contract";
import { product } from "../../services/product/product.contract";

declare const call: Call;
declare const tx: Tx;
declare const anything: never;

export async function calls() {
  const { balance }: { balance: number } = await call(point.balance, { userId: "u1" });
  // @ts-expect-error a misspelt action
  await call(point.balence, { userId: "u1" });
  // @ts-expect-error a parameter of another type
  await call(point.balance, { userId: 1 });
  // @ts-expect-error a parameter that is missing
  await call(point.charge, { userId: "u1" });
  // @ts-expect-error a parameter that doesn't exist
  await call(point.balance, { userId: "u1", currency: "KRW" });
  // @ts-expect-error a result that doesn't exist
  (await call(point.balance, { userId: "u1" })).total;
  // @ts-expect-error saga steps are called by sagas only
  await call(point.use, { userId: "u1", orderId: "o1", amount: 1 });
  return balance;
}

export function events() {
  emit(tx, point.events.charged, { userId: "u1", amount: 1, balance: 1 });
  // @ts-expect-error an event that doesn't exist
  emit(tx, point.events.chraged, { userId: "u1", amount: 1, balance: 1 });
  // @ts-expect-error data that is missing
  emit(tx, point.events.charged, { userId: "u1", amount: 1 });
  on(order.events.completed, async (received) => void received[0]?.data.orderId);
  // @ts-expect-error data that the event doesn't have
  on(order.events.completed, async (received) => void received[0]?.data.total);
}

export function handlers() {
  handler(point.balance, async ({ params }) => ({ balance: params.userId.length, currency: defaultCurrency }));
  // @ts-expect-error a result of another shape
  handler(point.balance, async () => ({ balance: "0", currency: "KRW" }));
  // @ts-expect-error a command answers with outcomes
  command(point.charge, async () => [{ balance: 1, currency: "KRW" }]);
  // @ts-expect-error a step has an undo
  stepHandler(point.use, { forward: async () => [] });
  retriableHandler(point.giveBack, { forward: async () => [] });
  // @ts-expect-error nothing takes back what follows the pivot
  retriableHandler(point.giveBack, { forward: async () => [], undo: async () => undefined });
  // @ts-expect-error an ordinary action is no batch
  batchHandler(point.balance, async () => []);
}

export function services(actions: ServiceParts<typeof point.$actions>["actions"]) {
  service(point, { migrations: [], actions });
  const { use, ...withoutUse } = actions;
  void use;
  // @ts-expect-error the handler of point.use is missing
  service(point, { migrations: [], actions: withoutUse });
  // @ts-expect-error a handler of no action
  service(point, { migrations: [], actions: { ...actions, transfer: async () => ({}) } });
  // @ts-expect-error a plain handler takes no notice of the Idempotency-Key
  service(point, { migrations: [], actions: { ...actions, charge: handler(point.charge, async () => anything) } });
  const keepsItsKey: HandlerOf<typeof order.$actions.place> = handler(order.place, async () => anything);
  void keepsItsKey;
  const wrongKind: HandlerOf<typeof point.$actions.use> = anything;
  void wrongKind;
}

interface Trip {
  userId: string;
  orderId: string;
}

export const good = defineSaga<Trip>("good", { version: 1 })
  .step("points", { call: point.use, with: ({ input }) => ({ ...input, amount: 1 }), undo: point.refund })
  .pivot("pay", {
    call: payment.process,
    with: ({ input }) => ({ ...input, method: "CASH" as const, amount: 1, currency: "KRW" as const }),
    verify: payment.outcome,
  });

// @ts-expect-error a step without its undo
defineSaga<Trip>("bad", { version: 1 }).step("points", { call: point.use, with: ({ input }) => ({ ...input, amount: 1 }) });

// @ts-expect-error a misspelt action
defineSaga<Trip>("bad", { version: 1 }).step("points", { call: point.uze, with: () => ({}), undo: point.refund });

defineSaga<Trip>("bad", { version: 1 }).step("stock", {
  call: product.reserve,
  // @ts-expect-error a parameter of another type
  with: ({ input }) => ({ orderId: input.orderId, lines: [{ productId: "p1", quantity: "2" }] }),
  undo: product.release,
});

// @ts-expect-error an undo is the action that takes the step back, not any action
defineSaga<Trip>("bad", { version: 1 }).step("coupon", { call: coupon.use, with: () => anything, undo: coupon.list });

// @ts-expect-error a step after the pivot can't be one before it: it has no undo
defineSaga<Trip>("bad", { version: 1 }).step("points", { call: point.giveBack, with: ({ input }) => ({ ...input, amount: 1 }) });

// @ts-expect-error a pivot tells its outcome
defineSaga<Trip>("bad", { version: 1 }).pivot("pay", { call: payment.process, with: () => anything });

// @ts-expect-error after the pivot nothing can be compensated
good.step("points", { call: point.use, with: () => anything, undo: point.refund });

defineSaga<Trip>("bad", { version: 1 }).step("points", {
  call: point.use,
  // @ts-expect-error a step that comes later has no result yet
  with: ({ input, results }) => ({ ...input, amount: results.later }),
  undo: point.refund,
});
