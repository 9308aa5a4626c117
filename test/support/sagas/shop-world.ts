/**
 * The shop's participants as they are, with their own databases and the sandbox as payment provider, for `everyFault`; and orders of one
 * kind, which touch all of them: 3 of 10 pieces, a coupon, 400 of 500 points, the rest by card.
 */
import { join } from "node:path";

import { v7 as uuid } from "uuid";

import type { RemoteCall } from "../../../mixins/batch-call";
import { type Database, openDatabase, sqliteUrl } from "../../../mixins/database";
import type { StepAnswer, StepKey } from "../../../mixins/participant";
import type { Order } from "../../../services/order/order";
import orderService from "../../../services/order/order.service";
import { Buyer, stock } from "../buyer";
import { atEnd } from "../cleanup";
import { testDatabase } from "../database";
import { databaseOf } from "../database-of";
import { startShop, type TestShop } from "../shop";
import { between, ShopBooks } from "./shop-books";

const participants = ["product", "coupon", "point", "payment"] as const;

/** What is asked what became of a payment or a refund. */
const questions = ["payment.outcome", "payment.refundOutcome"];

/** An order and what it is made of. */
export interface Basket {
  order: Order;
  token: string;
  buyer: Buyer;
  productId: string;
  userCouponId: string;
}

/** What is left out or wrong, so that a step refuses. */
export interface Lack {
  stock?: boolean;
  coupon?: boolean;
  points?: boolean;
}

export class ShopParticipants {
  private constructor(
    private readonly shop: TestShop,
    /** The order service's database; what it publishes is let go. */
    readonly host: Database,
    private readonly provider: Database,
    readonly books: ShopBooks,
  ) {}

  static async open(): Promise<ShopParticipants> {
    const shop = await startShop({ only: participants, env: { EVENTS: "off" } });
    const host = await testDatabase("order", orderService.migrations);
    host.beforeCommit(async () => undefined);
    const file = join(shop.config.dataDir, "sandbox-provider.sqlite");
    const provider = await openDatabase({ name: "provider", url: sqliteUrl(file), migrations: [] });
    atEnd(() => provider.close());
    return new ShopParticipants(shop, host, provider, new ShopBooks(shop, provider));
  }

  get databases(): Database[] {
    return participants.map((name) => databaseOf(this.shop, name));
  }

  /** A provider that can't tell at first can once it was asked what became of it. */
  readonly call: RemoteCall = async (action, params) => {
    const answer = await this.shop.broker.call(action, params);
    if (questions.includes(action))
      for (const { saga, id } of (params as { calls: StepKey[] }).calls) await this.#makeUpItsMind(`${saga}:${id}:`);
    return answer;
  };

  async #makeUpItsMind(key: string): Promise<void> {
    await this.provider.transaction(
      async (tx) => {
        for (const table of ["charge", "refund"]) {
          await tx.execute(`update ${table} set known_at = 0 where ${table}_key between ? and ?`, between(key));
        }
      },
      { durable: false },
    );
  }

  async basket(token: string, lacks: Lack = {}): Promise<Basket> {
    const buyer = new Buyer(this.shop);
    const [productId, userCouponId] = await Promise.all([
      stock(this.shop, { stock: lacks.stock ? 2 : 10 }),
      (lacks.coupon ? new Buyer(this.shop) : buyer).coupon(),
      lacks.points ? undefined : buyer.charge(500),
    ]);
    const at = Date.now();
    const order: Order = {
      ...{ id: uuid(), userId: buyer.id, status: "PENDING", userCouponId, payment: { method: "CARD" } },
      items: [{ productId, name: "Mug", unitPrice: 1000, quantity: 3, lineTotal: 3000 }],
      amounts: { subtotal: 3000, discount: 300, pointsUsed: 400, paid: 2300, currency: "KRW" },
      ...{ history: [{ status: "PENDING", at }], createdAt: at, updatedAt: at },
    };
    return { order, token, buyer, productId, userCouponId };
  }

  /** The answer of a participant to a step of `place-order`. */
  async step<R>(action: string, id: string, step: string, params: object): Promise<R> {
    const { outcomes } = await this.shop.broker.call<{ outcomes: StepAnswer<R>[] }, object>(action, {
      calls: [{ saga: "place-order", id, step, params }],
    });
    const [answer] = outcomes;
    if (!answer?.ok) throw new Error(`${action} did not do it: ${JSON.stringify(answer)}`);
    return answer.result;
  }
}
