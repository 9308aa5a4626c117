import { v7 as uuid } from "uuid";

import { hashJson } from "../../lib/canonical-json";
import type { Caller, Meta } from "../../lib/handlers";
import type { OrderView } from "../../services/order/order";
import { databaseOf } from "./database-of";
import type { TestShop } from "./shop";
import { waitFor } from "./wait";

export const staff: Meta & { caller: Caller } = { caller: { id: "staff", role: "admin" } };

export interface Cart {
  items: { productId: string; quantity: number }[];
  userCouponId?: string;
  points?: number;
  payment: { method: "POINT" | "CARD" | "CASH"; token?: string };
}

/** The answer of `order.place` or `order.cancel` as the gateway would send it. */
export interface Answered {
  status: number;
  location?: string;
  replayed: boolean;
  /** With 200, 201 and 202. */
  order?: OrderView;
  /** Otherwise. */
  error?: { type: string; message: string; data?: { orderId?: string; errors?: { path: string }[] } };
}

/** A new product of the catalogue. */
export async function stock(shop: TestShop, { price = 1000, stock: pieces = 10 } = {}): Promise<string> {
  const created = await shop.broker.call<{ id: string }, object>(
    "product.create",
    { name: "Mug", price, stock: pieces },
    { meta: { ...staff } },
  );
  return created.id;
}

/** A customer who was never here before, and what he does through the services' actions. */
export class Buyer {
  readonly id = uuid();

  constructor(private readonly shop: TestShop) {}

  /** The same customer in a shop that was started anew. */
  in(shop: TestShop): Buyer {
    return Object.assign(new Buyer(shop), { id: this.id });
  }

  async charge(amount: number): Promise<this> {
    await this.#call("point.charge", { userId: this.id, amount }, this.#request({ amount }, uuid(), "/points/me/charge"));
    return this;
  }

  async balance(): Promise<number> {
    return (await this.#call<{ balance: number }>("point.balance", { userId: this.id })).balance;
  }

  /** A coupon of his own; 300 off unless said otherwise. */
  async coupon(terms: object = {}): Promise<string> {
    const offer = {
      title: "Welcome",
      discountType: "AMOUNT",
      discountValue: 300,
      quantity: 10,
      startsAt: new Date(Date.now() - 60_000).toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      ...terms,
    };
    const { id } = await this.#call<{ id: string }>("coupon.create", offer, { ...staff });
    return (await this.#call<{ id: string }>("coupon.issue", { id, userId: this.id })).id;
  }

  async couponStatus(userCouponId: string): Promise<string | undefined> {
    const { items } = await this.#call<{ items: { id: string; status: string }[] }>("coupon.mine", { userId: this.id });
    return items.find(({ id }) => id === userCouponId)?.status;
  }

  place(cart: Cart, key: string = uuid()): Promise<Answered> {
    return this.#ask("order.place", 201, cart, {}, this.#request(cart, key, "/orders"));
  }

  /** With an Idempotency-Key when one is given; of the buyer's own order, or as `by` of anybody's. */
  cancel(id: string, { key, by, ...body }: { reason?: string; key?: string; by?: Caller } = {}): Promise<Answered> {
    const caller = by ?? this.#caller;
    const { idempotency, ...plain } = this.#request(body, key ?? "", `/orders/${id}/cancel`, caller);
    return this.#ask("order.cancel", 200, body, { id }, key === undefined ? plain : { ...plain, idempotency });
  }

  order(id: string): Promise<OrderView> {
    return this.#call("order.read", { id, userId: this.id });
  }

  /** Waits until one of his orders has come so far. */
  reaches(id: string, status: OrderView["status"]): Promise<OrderView> {
    const there = async () => {
      const order = await this.order(id);
      return order.status === status && order;
    };
    return waitFor(there, { what: `order ${id} to be ${status}`, timeoutMs: 20_000 });
  }

  /** The ids of his orders, the oldest first. */
  async orderIds(): Promise<string[]> {
    const rows = await databaseOf(this.shop, "order").select<{ id: string }>("select id from orders where user_id = ? order by id", [
      this.id,
    ]);
    return rows.map(({ id }) => id);
  }

  get #caller(): Caller {
    return { id: this.id, role: "customer" };
  }

  #request(body: object, key: string, path: string, caller = this.#caller): Meta {
    const idempotency = { key, userId: caller.id, route: `POST /api/v1${path}`, bodyHash: hashJson(body) };
    return { caller, requestId: uuid(), idempotency };
  }

  async #ask(action: string, status: number, body: object, path: object, meta: Meta): Promise<Answered> {
    // A local call writes its answer's status and headers into the meta that it was given.
    const params = { userId: meta.caller?.id, ...path, ...body };
    const answer = await this.#call<OrderView>(action, params, meta, this.shop.config.orderTimeoutMs).then(
      (order) => ({ status: meta.$statusCode ?? status, order }),
      ({ code, type, message, data }: { code: number } & NonNullable<Answered["error"]>) => ({
        status: code,
        error: { type, message, data },
      }),
    );
    return { ...answer, replayed: meta.$replayed === true, ...(meta.$location && { location: meta.$location }) };
  }

  #call<R>(action: string, params: object, meta: Meta = { caller: this.#caller }, timeout?: number): Promise<R> {
    return this.shop.broker.call<R, object>(action, params, { meta, timeout });
  }
}

/** What can still be ordered of a product. */
export async function stockOf(shop: TestShop, productId: string): Promise<number> {
  const [row] = await databaseOf(shop, "product").select<{ stock: number }>("select stock from product where id = ?", [productId]);
  return row?.stock ?? 0;
}
