/** I8: each way in which something can be lost or taken twice is seen by the recount. */
import type { Snapshot } from "./snapshot";
import { violationsOf } from "./violations";

/** Two orders: `o1` COMPLETED with points, coupon and card, `o2` FAILED with everything given back. */
function sound(): Snapshot {
  return {
    products: [{ id: "p1", stock: 8, sales: 2 }],
    moved: [{ productId: "p1", delta: 10 }],
    reservations: [
      { orderId: "o1", productId: "p1", quantity: 2, state: 2 },
      { orderId: "o2", productId: "p1", quantity: 3, state: 3 },
    ],
    orders: [
      { id: "o1", userId: "u1", status: 2, method: 2, pointsUsed: 100, paid: 900, userCouponId: "c1" },
      { id: "o2", userId: "u1", status: 3, method: 1, pointsUsed: 50, paid: 50, userCouponId: null },
    ],
    lines: [
      { orderId: "o1", productId: "p1", quantity: 2 },
      { orderId: "o2", productId: "p1", quantity: 3 },
    ],
    payments: [
      { orderId: "o1", userId: "u1", status: 2, method: 2, amount: 900 },
      { orderId: "o2", userId: "u1", status: 3, method: 1, amount: 50 },
    ],
    charges: [{ orderId: "o1", amount: 900 }],
    wallets: [{ userId: "u1", balance: 400 }],
    entries: [
      { userId: "u1", type: 1, amount: 500, orderId: null },
      { userId: "u1", type: 2, amount: 100, orderId: "o1" },
      { userId: "u1", type: 2, amount: 100, orderId: "o2" },
      { userId: "u1", type: 3, amount: 100, orderId: "o2" },
    ],
    coupons: [{ id: "k1", quantity: 5, remaining: 4 }],
    userCoupons: [{ id: "c1", couponId: "k1", userId: "u1", used: 1, orderId: "o1" }],
    sold: [{ productId: "p1", sold: 2 }],
  };
}

test("a sound shop has no violation", () => {
  expect(violationsOf(sound())).toEqual([]);
});

test.each<[string, (shop: Snapshot) => void, RegExp]>([
  ["stock that vanished", (s) => (s.products[0]!.stock = 7), /product p1: stock is 7, the rows say 8/],
  ["stock below zero", (s) => ((s.products[0]!.stock = -1), (s.moved[0]!.delta = 1)), /below zero/],
  [
    "a reservation kept by a FAILED order",
    (s) => ((s.reservations[1]!.state = 1), (s.products[0]!.stock = 5)),
    /order o2: stock is 3 × p1/,
  ],
  ["a reservation that was never confirmed", (s) => (s.reservations[0]!.state = 1), /order o1: stock is 2 × p1 unconfirmed/],
  ["a COMPLETED order without its goods", (s) => (s.reservations.shift(), (s.products[0]!.stock = 10)), /order o1: stock is nothing/],
  ["points that were not written down", (s) => (s.wallets[0]!.balance = 399), /user u1: balance is 399, the rows say 400/],
  ["points kept from a FAILED order", (s) => (s.entries.pop(), (s.wallets[0]!.balance = 300)), /order o2: points is 100, due is nothing/],
  [
    "points taken twice",
    (s) => (s.entries.push({ ...s.entries[1]! }), (s.wallets[0]!.balance = 300)),
    /order o1: points is 200, due is 100/,
  ],
  ["a coupon issued beyond its quantity", (s) => s.userCoupons.push({ ...s.userCoupons[0]!, id: "c2", used: 0 }), /coupon k1: issued is 1/],
  ["a coupon used by a FAILED order", (s) => (s.userCoupons[0]!.orderId = "o2"), /order o2: coupon is c1, due is nothing/],
  ["a coupon that was not taken", (s) => (s.userCoupons[0]!.used = 0), /order o1: coupon is nothing, due is c1/],
  ["a COMPLETED order that isn't paid", (s) => (s.payments[0]!.status = 7), /order o1: payment is 900 of u1 undecided/],
  ["a FAILED order that is paid", (s) => (s.payments[1]!.status = 2), /order o2: payment is 50 of u1, due is nothing/],
  ["a card charged twice", (s) => s.charges.push({ orderId: "o1", amount: 900 }), /order o1: charge is 900, 900/],
  ["a card charged for an order that doesn't exist", (s) => s.charges.push({ orderId: "o9", amount: 1 }), /order o9: charge is 1/],
  ["a sale that was not counted", (s) => (s.products[0]!.sales = 1), /product p1: salesCount is 1, the rows say 2/],
  ["a sale that is twice in the ranking", (s) => (s.sold[0]!.sold = 4), /product p1: tally is 4, the rows say 2/],
])("sees %s", (_what, spoil, told) => {
  const shop = sound();
  spoil(shop);
  expect(violationsOf(shop).join("\n")).toMatch(told);
});

test("passes over what a PENDING order has taken so far", () => {
  const shop = sound();
  shop.orders[1]!.status = 1;
  shop.reservations[1]!.state = 1;
  shop.products[0]!.stock = 5;
  expect(violationsOf(shop)).toEqual([]);
});
