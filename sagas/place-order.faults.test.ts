import { saga } from "../mixins/saga";
import { completeOrders, failOrders } from "../services/order/end-orders";
import { startOrders } from "../services/order/start-orders";
import { everyFault } from "../test/support/sagas/every-fault";
import { type Basket, ShopParticipants } from "../test/support/sagas/shop-world";
import type { Scenario, SagaWorld } from "../test/support/sagas/world";
import { placeOrder } from "./place-order";

const bound = saga(placeOrder, { completed: completeOrders, compensated: failOrders });

everyFault(bound.definition, open, { pairs: 12 });

async function open(): Promise<SagaWorld> {
  const shop = await ShopParticipants.open();
  const baskets = new Map<string, Basket>();

  async function prepare(scenario: Scenario) {
    const basket = await shop.basket(tokenOf(scenario), {
      stock: scenario.refuses === "reserveStock",
      coupon: scenario.refuses === "useCoupon",
      points: scenario.refuses === "usePoints",
    });
    const { order, token } = basket;
    baskets.set(order.id, basket);
    return {
      id: order.id,
      start: ({ engine, group }) => group.submit(startOrders, { order, token, sagas: engine, startBy: Infinity }),
    } satisfies Awaited<ReturnType<SagaWorld["prepare"]>>;
  }

  /** I8: counted by what is left in stock and wallets. */
  async function effects(id: string) {
    const { order, productId, userCouponId } = baskets.get(id)!;
    const [left, { made, released }, points, couponUsedBy, money] = await Promise.all([
      shop.books.stockOf(productId),
      shop.books.reservations(id),
      shop.books.points(order),
      shop.books.couponUsedBy(userCouponId),
      shop.books.money(id),
    ]);
    const pieces = left > 2 ? 10 - left : 2 - left;
    return {
      reserveStock: { net: pieces / 3, done: made, undone: released },
      useCoupon: { net: couponUsedBy === null ? 0 : couponUsedBy === id ? 1 : NaN },
      usePoints: { net: points.used === 0 ? 0 : (500 - points.balance) / 400, done: points.used, undone: points.returned },
      pay: { net: money.statuses.filter((status) => status === 2).length, done: money.charged },
    };
  }

  return { saga: bound, host: shop.host, participants: shop.databases, call: shop.call, prepare, effects };
}

function tokenOf({ refuses, unknown }: Scenario): string {
  if (unknown) return unknown === "done" ? "tok_timeout" : "tok_lost";
  return refuses === "pay" ? "tok_declined" : "tok_ok";
}
