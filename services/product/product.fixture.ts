import type { z } from "zod";

import type { Page } from "../../lib/paging";
import type { Database } from "../../mixins/database";
import type { StepAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import type { TestShop } from "../../test/support/shop";
import type { lines, productView } from "./product.contract";

export type ProductView = z.output<typeof productView>;

let names = 0;
export const newOrder = () => `order-${++names}`;

/** A running product service, and what its tests ask of it. */
export class Catalogue {
  readonly db: Database;

  constructor(private readonly shop: TestShop) {
    this.db = databaseOf(shop, "product");
  }

  create(stock: number, given: { name?: string; description?: string; price?: number } = {}): Promise<ProductView> {
    return this.#call("create", { name: `product ${++names}`, price: 1000, stock, ...given });
  }

  read(id: string): Promise<ProductView> {
    return this.#call("read", { id });
  }

  list(params: object = {}): Promise<Page<ProductView>> {
    return this.#call("list", params);
  }

  edit(id: string, change: object): Promise<ProductView> {
    return this.#call("edit", { id, ...change });
  }

  remove(id: string, version?: number): Promise<unknown> {
    return this.#call("remove", { id, ...(version !== undefined && { version }) });
  }

  adjust(id: string, delta: number): Promise<{ stock: number }> {
    return this.#call("adjustStock", { id, delta, reason: "recount" });
  }

  async quote(...calls: { productIds: string[] }[]): Promise<StepAnswer[]> {
    return (await this.#call<{ outcomes: StepAnswer[] }>("quote", { calls })).outcomes;
  }

  reserve(orderId: string, reserved: z.output<typeof lines>): Promise<StepAnswer | undefined> {
    return this.#step("reserve", { ...placing(orderId), params: { orderId, lines: reserved } });
  }

  release(orderId: string): Promise<StepAnswer | undefined> {
    return this.#step("release", placing(orderId));
  }

  /** As the `attempt`th saga that cancels the order. */
  restock(orderId: string, attempt = 1): Promise<StepAnswer | undefined> {
    return this.#step("restock", { saga: "cancel-order", id: `${orderId}:${attempt}`, step: "restock", params: { orderId } });
  }

  /** 1 reserved, 2 confirmed, 3 given back. */
  async stateOf(orderId: string): Promise<number | undefined> {
    const rows = await this.db.select<{ state: number }>("select state from stock_reservation where order_id = ?", [orderId]);
    return rows[0]?.state;
  }

  async #step(action: string, call: object): Promise<StepAnswer | undefined> {
    return (await this.#call<{ outcomes: StepAnswer[] }>(action, { calls: [call] })).outcomes[0];
  }

  #call<R>(action: string, params: object): Promise<R> {
    return this.shop.broker.call<R, object>(`product.${action}`, params);
  }
}

/** The key of an order's reservation in the saga that places it. */
export const placing = (id: string) => ({ saga: "place-order", id, step: "reserveStock" });

/** I8: the stock is what came in by hand less what is reserved or sold. */
export async function expectRecountAgrees({ db }: Catalogue, productId: string): Promise<void> {
  const [row] = await db.select<{ stock: number; counted: number }>(
    `select stock, (select coalesce(sum(delta), 0) from stock_movement where product_id = product.id)
       - (select coalesce(sum(quantity), 0) from stock_reservation where product_id = product.id and state <> 3) as counted
     from product where id = ?`,
    [productId],
  );
  expect(Number(row?.counted)).toBe(row?.stock);
}
