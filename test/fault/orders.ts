import { randomUUID } from "node:crypto";

import type { Answer } from "../../scripts/client";
import type { Person } from "./crowd";
import type { RunningShop } from "./shop-process";

export interface OrderBody {
  id: string;
  status: string;
  amounts: object;
  failure?: { code: string };
  /** Of a refusal. */
  code?: string;
  orderId?: string;
}

/** One order that a customer means to place, however often he has to ask. */
export class Intent {
  readonly key = randomUUID();
  /** The first answer; undefined while there was none, or when the connection broke. */
  told?: Answer<OrderBody>;

  constructor(
    readonly buyer: Person,
    readonly cart: object,
  ) {}

  /** Undefined when the shop is gone before it answers. */
  async ask(shop: RunningShop): Promise<Answer<OrderBody> | undefined> {
    const answer = await this.buyer.in(shop).post<OrderBody>("/orders", this.cart, this.key).catch(whenConnectionBroke);
    if (answer && isAnswer(answer)) this.told ??= answer;
    return answer;
  }

  read(shop: RunningShop, id: string): Promise<Answer<OrderBody>> {
    return this.buyer.in(shop).get<OrderBody>(`/orders/${id}`);
  }
}

/** Not "come again": in flight, or the shop is stopping. */
export function isAnswer({ status, body }: Answer<OrderBody>): boolean {
  return body.code !== "IDEMPOTENCY_IN_FLIGHT" && (status !== 503 || body.orderId !== undefined);
}

export const idOf = ({ body }: Answer<OrderBody>): string | undefined => body.orderId ?? (body.code ? undefined : body.id);

/** The shop is gone: no answer. */
export function whenConnectionBroke(error: unknown): undefined {
  if ((error as Error).name !== "TypeError") throw error; // fetch's for the network; it is not of Jest's realm
  return undefined;
}

export interface Goods {
  plenty: string;
  scarce: string;
}

/** Ten orders of one customer: every way to pay, every card of the sandbox, a coupon, points beside another method, a scarce product. */
export function cartsOf(goods: Goods, userCouponId: string): object[] {
  const one = [{ productId: goods.plenty, quantity: 1 }];
  const card = (token: string) => ({ method: "CARD", token });
  return [
    { items: one, payment: { method: "CASH" } },
    { items: one, payment: { method: "POINT" } },
    { items: one, payment: { method: "CASH" }, userCouponId },
    { items: one, payment: card("tok_ok"), points: 100 },
    { items: one, payment: card("tok_declined"), points: 100 },
    { items: one, payment: card("tok_timeout") },
    { items: one, payment: card("tok_lost"), points: 50 },
    { items: one, payment: card("tok_slow") },
    { items: [...one, { productId: goods.scarce, quantity: 1 }], payment: { method: "POINT" } },
    { items: [{ productId: goods.plenty, quantity: 2 }], payment: { method: "POINT" }, points: 300 },
  ];
}
