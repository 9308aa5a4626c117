import fc from "fast-check";

import { isDuplicateKey } from "../../mixins/database";
import { expectSameOneByOne, OneByOne, oneByOneTimeoutMs, sceneOf } from "../../test/support/one-by-one";
import { forgetAtProvider } from "../../test/support/provider";
import { startShop } from "../../test/support/shop";

jest.setTimeout(oneByOneTimeoutMs);

const plain = { noNullPrototype: true } as const;
const orderId = fc.constantFrom<string[]>("o1", "o2", "o3", "o4", "o5");
const token = fc.constantFrom<(string | undefined)[]>("tok_ok", "tok_ok", "tok_declined", undefined);
/** -1 is no amount. */
const amount = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: 50 }) }, { weight: 1, arbitrary: fc.constant(-1) });

/** `saga` other than the one that places the order: it is paid for already, and the table's key says no. */
const due = fc.record(
  {
    orderId,
    amount,
    saga: fc.oneof({ weight: 12, arbitrary: fc.constant("place-order") }, { weight: 1, arbitrary: fc.constant("another") }),
  },
  plain,
);
const atOnce = due.chain((one) => fc.constantFrom<("CASH" | "POINT")[]>("CASH", "POINT").map((method) => ({ ...one, method })));
const byCard = fc.tuple(due, token).map(([one, given]) => ({ ...one, method: "CARD" as const, token: given }));
const process = (dues: fc.Arbitrary<object>) => dues.map((params) => ({ action: "process" as const, ...(params as Due) }));
type Due = { orderId: string; amount: number; saga: string; method: "CASH" | "POINT" | "CARD"; token?: string };

const outcome = fc.record({ action: fc.constant("outcome" as const), orderId, seal: fc.boolean() }, plain);
const refund = fc.record({ action: fc.constant("refund" as const), orderId, attempt: fc.constantFrom(1, 2) }, plain);
type Call =
  | ({ action: "process" } & Due)
  | { action: "outcome"; orderId: string; seal: boolean }
  | { action: "refund"; orderId: string; attempt: number };

let payments: OneByOne<Call>;

beforeAll(async () => {
  const shop = await startShop({ only: ["payment"], env: { EVENTS: "off" } });
  const ask = (action: string, call: object) => shop.broker.call<unknown, object>(`payment.${action}`, { calls: [call] });
  payments = new OneByOne<Call>({
    ...sceneOf(shop, "payment"),
    reset: () => forgetAtProvider(shop),
    fill: async () => undefined,
    before: [
      { action: "process", orderId: "o1", amount: 20, saga: "place-order", method: "CASH" },
      { action: "process", orderId: "o2", amount: 20, saga: "place-order", method: "POINT" },
    ],
    mayThrow: isDuplicateKey,
    async send(one) {
      switch (one.action) {
        case "process": {
          const { orderId: id, saga, method, amount: asked, token: given } = one;
          const params = {
            orderId: id,
            userId: "u1",
            method,
            amount: asked,
            currency: "KRW",
            ...(given !== undefined && { token: given }),
          };
          return ask("process", { saga, id, step: "pay", params });
        }
        case "outcome":
          return ask("outcome", { saga: "place-order", id: one.orderId, step: "pay", seal: one.seal });
        case "refund": {
          const key = { saga: "cancel-order", id: `${one.orderId}:${one.attempt}`, step: "refund" };
          return ask("refund", { ...key, params: { orderId: one.orderId } });
        }
      }
    },
  });
});

test("I1, I2, I4, I7, I8: any mix of paying at once, asking, sealing and refunding comes to what the calls come to one by one", () =>
  expectSameOneByOne(payments, fc.oneof(process(atOnce), process(atOnce), outcome, refund)));

test("I1, I2, I4, I7, I8: so does a mix with cards, for which the provider is asked between two transactions", () =>
  expectSameOneByOne(payments, fc.oneof(process(atOnce), process(byCard), process(byCard), outcome)));
