import type { Database } from "../../mixins/database";
import type { StepAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import type { TestShop } from "../../test/support/shop";

interface Entry {
  id: string;
  type: "CHARGE" | "USE" | "REFUND";
  amount: number;
  balanceAfter: number;
  orderId?: string;
}

interface History {
  items: Entry[];
  nextCursor: string | null;
}

let users = 0;
export const newUser = () => `user-${++users}`;
let keys = 0;

export const useStep = (orderId: string) => ({ saga: "place-order", id: orderId, step: "usePoints" });
export const giveBackStep = (orderId: string) => ({ saga: "cancel-order", id: `${orderId}:1`, step: "givePointsBack" });

/** What the suites do with a shop's points. */
export class Points {
  readonly db: Database;

  constructor(private readonly shop: TestShop) {
    this.db = databaseOf(shop, "point");
  }

  async balanceOf(userId: string): Promise<number> {
    return (await this.shop.broker.call<{ balance: number }, object>("point.balance", { userId })).balance;
  }

  history(params: object): Promise<History> {
    return this.shop.broker.call("point.history", params);
  }

  /** Every charge has a key of its own unless one is given. */
  charge(userId: string, amount: number, key = `key-${++keys}`): Promise<unknown> {
    const idempotency = { key, userId, route: "POST /api/v1/points/me/charge", bodyHash: String(amount) };
    return this.shop.broker.call("point.charge", { userId, amount }, { meta: { idempotency } });
  }

  use(userId: string, orderId: string, amount: number): Promise<StepAnswer | undefined> {
    return this.#first("point.use", { ...useStep(orderId), params: { userId, orderId, amount } });
  }

  async refund(orderId: string): Promise<void> {
    await this.#first("point.refund", useStep(orderId));
  }

  giveBack(userId: string, orderId: string, amount: number): Promise<StepAnswer | undefined> {
    return this.#first("point.giveBack", { ...giveBackStep(orderId), params: { userId, orderId, amount } });
  }

  /** I8: the history, oldest first, leads from 0 to the balance. */
  async expectRecountAgrees(userId: string): Promise<void> {
    const { items } = await this.history({ userId, limit: 100 });
    let balance = 0;
    for (const entry of items.toReversed()) {
      balance += entry.type === "USE" ? -entry.amount : entry.amount;
      expect(entry.balanceAfter).toBe(balance);
    }
    expect(await this.balanceOf(userId)).toBe(balance);
  }

  async #first(action: string, call: object): Promise<StepAnswer | undefined> {
    const { outcomes } = await this.shop.broker.call<{ outcomes: StepAnswer[] }, object>(action, { calls: [call] });
    return outcomes[0];
  }
}
