import type { z } from "zod";

import type { Page } from "../../lib/paging";
import type { Database } from "../../mixins/database";
import type { StepAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import type { TestShop } from "../../test/support/shop";
import type { coupon, couponView, userCouponView } from "./coupon.contract";

export type Coupon = z.output<typeof couponView>;
export type UserCoupon = z.output<typeof userCouponView>;
type Use = z.output<typeof coupon.$actions.use.params>;

export const hour = 60 * 60 * 1000;
export const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

let names = 0;
export const name = (what: string) => `${what}-${++names}`;

export const useStep = (orderId: string) => ({ saga: "place-order", id: orderId, step: "useCoupon" });
export const giveBackStep = (orderId: string, attempt = 1) => ({
  saga: "cancel-order",
  id: `${orderId}:${attempt}`,
  step: "giveCouponBack",
});

export const counted = (answers: string[]) =>
  Object.fromEntries([...new Set(answers)].map((answer) => [answer, answers.filter((one) => one === answer).length]));

/** What the suites do with a shop's coupons. */
export class Coupons {
  readonly db: Database;

  constructor(private readonly shop: TestShop) {
    this.db = databaseOf(shop, "coupon");
  }

  create(terms: object = {}): Promise<Coupon> {
    return this.shop.broker.call("coupon.create", {
      title: "Welcome",
      discountType: "AMOUNT",
      discountValue: 1000,
      quantity: 10,
      startsAt: inHours(-1),
      endsAt: inHours(1),
      ...terms,
    });
  }

  issue(id: string, userId: string): Promise<UserCoupon> {
    return this.shop.broker.call("coupon.issue", { id, userId });
  }

  /** `issued`, or the code of the refusal. */
  tryIssue(id: string, userId: string): Promise<string> {
    return this.issue(id, userId).then(
      () => "issued",
      ({ type }: { type: string }) => type,
    );
  }

  /** A customer with a coupon, and an order that it could be used for. */
  async held(terms: object = {}): Promise<Use> {
    const userId = name("user");
    const { id } = await this.issue((await this.create(terms)).id, userId);
    return { userId, userCouponId: id, orderId: name("order"), subtotal: 5000, discount: 1000 };
  }

  async mine(userId: string, status?: string): Promise<UserCoupon[]> {
    return this.pages<UserCoupon>("coupon.mine", { userId, ...(status && { status }) });
  }

  /** A whole list, read page by page. */
  async pages<T>(action: string, params: object, limit = 100): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<T> = await this.shop.broker.call(action, {
        ...params,
        limit,
        ...(cursor && { cursor }),
      });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return items;
  }

  async quote(call: z.output<typeof coupon.$actions.quote.params>): Promise<StepAnswer | undefined> {
    return this.#first("coupon.quote", call);
  }

  async use(order: Use, key = useStep(order.orderId)): Promise<StepAnswer | undefined> {
    return this.#first("coupon.use", { ...key, params: order });
  }

  async restore(orderId: string): Promise<void> {
    await this.#first("coupon.restore", useStep(orderId));
  }

  async giveBack(orderId: string, userCouponId: string, attempt?: number): Promise<StepAnswer | undefined> {
    return this.#first("coupon.giveBack", { ...giveBackStep(orderId, attempt), params: { orderId, userCouponId } });
  }

  async #first(action: string, call: object): Promise<StepAnswer | undefined> {
    const { outcomes } = await this.shop.broker.call<{ outcomes: StepAnswer[] }, object>(action, { calls: [call] });
    return outcomes[0];
  }
}
