import { randomUUID } from "node:crypto";

import type { Answer } from "../../scripts/client";
import { waitFor } from "../support/wait";
import type { Person } from "./crowd";
import { type Goods, isAnswer, type OrderBody, whenConnectionBroke } from "./orders";
import { finalMs } from "./outcomes";
import type { ShopProcess } from "./shop-process";

/** One completed order that a customer means to cancel, however often he has to ask. */
export class Cancellation {
  readonly key = randomUUID();
  /** The first answer; undefined while there was none, or when the connection broke. */
  told?: Answer<OrderBody>;

  constructor(
    readonly buyer: Person,
    readonly orderId: string,
    /** How the order was paid. */
    readonly cart: { payment: { token?: string } },
  ) {}

  /** Undefined when the shop is gone before it answers. */
  async ask(shop: ShopProcess): Promise<Answer<OrderBody> | undefined> {
    const answer = await this.buyer.in(shop).post<OrderBody>(`/orders/${this.orderId}/cancel`, {}, this.key).catch(whenConnectionBroke);
    if (answer && isAnswer(answer)) this.told ??= answer;
    return answer;
  }

  /** Asks again until there is an answer, reads until nothing is under way, and asks once more: the answer never changes. */
  async follow(shop: ShopProcess): Promise<OrderBody> {
    const first = this.told;
    const answer = await this.#answer(shop);
    const read = async () => {
      const { body } = await this.buyer.in(shop).get<OrderBody>(`/orders/${this.orderId}`);
      return body.id === this.orderId && body.status !== "CANCELING" && body;
    };
    const order = await waitFor(read, { what: `the cancellation of ${this.orderId} to be final`, timeoutMs: finalMs });
    const said = [first ?? answer, answer, await this.#answer(shop)].map(({ status, body }) =>
      JSON.stringify([status, body.code, body.status]),
    );
    expect(new Set(said).size).toBe(1);
    return order;
  }

  #answer(shop: ShopProcess): Promise<Answer<OrderBody>> {
    const ask = async () => {
      const answer = await this.ask(shop);
      return answer && isAnswer(answer) && answer;
    };
    return waitFor(ask, { what: `an answer to the key ${this.key}`, timeoutMs: finalMs });
  }
}

/** 200 is CANCELED; a refund that was refused leaves the order COMPLETED; 202 promised nothing but an end. */
export function expectTrueCancellation({ told, cart }: Cancellation, order: OrderBody): void {
  const refunded = cart.payment.token !== "tok_refund_declined";
  expect(order.status).toBe(refunded ? "CANCELED" : "COMPLETED");
  if (told?.status === 200) expect(order.status).toBe("CANCELED");
  else if (told?.status !== 202) expect(told).toMatchObject({ status: 409, body: { code: "ORDER_NOT_CANCELABLE" } });
}

/** Ten orders of one customer that complete: every way to pay, every way that a card's refund ends, a coupon, points beside a card. */
export function cartsToCancel({ plenty }: Goods, userCouponId: string): { payment: { method: string; token?: string } }[] {
  const order = (payment: { method: string; token?: string }, more: object = {}) => ({
    items: [{ productId: plenty, quantity: 1 }],
    payment,
    ...more,
  });
  const card = (token: string) => ({ method: "CARD", token });
  return [
    order({ method: "CASH" }),
    order({ method: "CASH" }, { points: 10 }),
    order({ method: "POINT" }),
    order({ method: "POINT" }, { points: 300 }),
    order({ method: "POINT" }, { userCouponId }),
    order(card("tok_ok")),
    order(card("tok_ok"), { points: 100 }),
    order(card("tok_refund_timeout")),
    order(card("tok_refund_timeout"), { points: 50 }),
    order(card("tok_refund_declined"), { points: 70 }),
  ];
}
