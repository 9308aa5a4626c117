import { saga } from "../mixins/saga";
import { cancelOrders, restoreOrders } from "../services/order/end-cancellations";
import type { Order } from "../services/order/order";
import { insertOrders } from "../services/order/orders";
import { startCancellations } from "../services/order/start-cancellations";
import { everyFault } from "../test/support/sagas/every-fault";
import { type Basket, ShopParticipants } from "../test/support/sagas/shop-world";
import type { Scenario, SagaWorld } from "../test/support/sagas/world";
import { cancelOrder } from "./cancel-order";

const bound = saga(cancelOrder, { completed: cancelOrders, compensated: restoreOrders });

// The sandbox has no card whose refund is unknown and then declined.
everyFault(bound.definition, open, { can: ({ unknown }) => unknown !== "refused", pairs: 12 });

async function open(): Promise<SagaWorld> {
  const shop = await ShopParticipants.open();
  const baskets = new Map<string, Basket>();

  async function prepare(scenario: Scenario) {
    const basket = await shop.basket(tokenOf(scenario));
    const order = await complete(shop, basket);
    const id = `${order.id}:1`;
    baskets.set(id, basket);
    const call = { orderId: order.id, userId: order.userId, meta: { caller: { id: order.userId, role: "customer" as const } } };
    return {
      id,
      start: ({ engine, group }) => group.submit(startCancellations, { ...call, sagas: engine, startBy: Infinity }),
    } satisfies Awaited<ReturnType<SagaWorld["prepare"]>>;
  }

  /** I8: counted by what is in stock and wallets again. */
  async function effects(id: string) {
    const { order, productId, userCouponId } = baskets.get(id)!;
    const [left, points, usedBy, money] = await Promise.all([
      shop.books.stockOf(productId),
      shop.books.points(order),
      shop.books.couponUsedBy(userCouponId),
      shop.books.money(order.id),
    ]);
    return {
      refund: { net: money.statuses.filter((status) => status === 5).length, done: money.refunded },
      restock: { net: (left - 7) / 3 },
      giveCouponBack: { net: usedBy === null ? 1 : 0 },
      givePointsBack: { net: (points.balance - 100) / 400, done: points.returned },
    };
  }

  return { saga: bound, host: shop.host, participants: shop.databases, call: shop.call, prepare, effects };
}

/** What `place-order` leaves behind. */
async function complete(shop: ShopParticipants, { order, token, productId, userCouponId }: Basket): Promise<Order> {
  const { id, userId, amounts } = order;
  const { subtotal, discount, paid, currency } = amounts;
  await Promise.all([
    shop.step("product.reserve", id, "reserveStock", { orderId: id, lines: [{ productId, quantity: 3 }] }),
    shop.step("coupon.use", id, "useCoupon", { orderId: id, userId, userCouponId, subtotal, discount }),
    shop.step("point.use", id, "usePoints", { orderId: id, userId, amount: 400 }),
  ]);
  const paying = { orderId: id, userId, method: "CARD", amount: paid, currency, token };
  const { paymentId } = await shop.step<{ paymentId: string }>("payment.process", id, "pay", paying);
  const completed: Order = {
    ...order,
    status: "COMPLETED",
    payment: { id: paymentId, method: "CARD", status: "APPROVED" },
    history: [...order.history, { status: "COMPLETED", at: order.updatedAt }],
  };
  await shop.host.transaction(async (tx) => insertOrders(tx, [{ order: completed }]), { durable: false });
  return completed;
}

function tokenOf({ refuses, unknown }: Scenario): string {
  if (unknown) return "tok_refund_timeout";
  return refuses ? "tok_refund_declined" : "tok_ok";
}
