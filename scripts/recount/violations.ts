/** I8: stock, points, coupons and money are conserved. Pure: a snapshot in, one line for each thing that doesn't add up. */
import type { Snapshot } from "./snapshot";

const order = { PENDING: 1, COMPLETED: 2 };
const payment = { APPROVED: 2, FAILED: 3 };
const method = { POINT: 1, CARD: 2 };
const reservation = { CONFIRMED: 2, RELEASED: 3 };
const entry = { USE: 2 };

type Check = (snapshot: Snapshot) => string[];

export function violationsOf(snapshot: Snapshot): string[] {
  return [stock, balances, issued, sales, effects].flatMap((check) => check(snapshot));
}

/** Stock = what was moved in − what is reserved; never below zero. */
const stock: Check = ({ products, moved, reservations }) => {
  const expected = sums(moved, (one) => [one.productId, one.delta]);
  for (const one of reservations) if (isLive(one)) expected.set(one.productId, (expected.get(one.productId) ?? 0) - one.quantity);
  const found = sums(products, (one) => [one.id, one.stock]);
  const negative = products.filter((one) => one.stock < 0).map((one) => `product ${one.id}: stock ${one.stock} is below zero`);
  return [...negative, ...differences("product", "stock", found, expected)];
};

/** A balance is the sum of its history. */
const balances: Check = ({ wallets, entries }) => {
  const expected = sums(entries, (one) => [one.userId, one.type === entry.USE ? -one.amount : one.amount]);
  return differences(
    "user",
    "balance",
    sums(wallets, (one) => [one.userId, one.balance]),
    expected,
  );
};

/** A coupon's quantity = issued + remaining. */
const issued: Check = ({ coupons, userCoupons }) => {
  const found = sums(coupons, (one) => [one.id, one.quantity - one.remaining]);
  return differences(
    "coupon",
    "issued",
    found,
    sums(userCoupons, (one) => [one.couponId, 1]),
  );
};

/** Sales counts and the ranking's tally are what the completed orders say. */
const sales: Check = ({ orders, lines, products, sold }) => {
  const completed = new Set(orders.filter(isCompleted).map(({ id }) => id));
  const expected = sums(lines, (one) => [one.productId, completed.has(one.orderId) ? one.quantity : 0]);
  return [
    ...differences(
      "product",
      "salesCount",
      sums(products, (one) => [one.id, one.sales]),
      expected,
    ),
    ...differences(
      "product",
      "tally",
      sums(sold, (one) => [one.productId, one.sold]),
      expected,
    ),
  ];
};

/** A COMPLETED order has taken exactly what it says, once; any other one, and one that doesn't exist, nothing. PENDING ones are passed over. */
const effects: Check = (snapshot) => {
  const pending = new Set(snapshot.orders.filter(({ status }) => status === order.PENDING).map(({ id }) => id));
  const due = dueOf(snapshot);
  return Object.entries(takenOf(snapshot)).flatMap(([what, taken]) => {
    const expected = due[what] ?? new Map<string, string>();
    const ids = [...new Set([...taken.keys(), ...expected.keys()])].filter((id) => !pending.has(id));
    const differ = ids.filter((id) => (taken.get(id) ?? "") !== (expected.get(id) ?? ""));
    return differ.map((id) => `order ${id}: ${what} is ${taken.get(id) ?? "nothing"}, due is ${expected.get(id) ?? "nothing"}`);
  });
};

type ByOrder = Record<string, Map<string, string>>;

function takenOf({ reservations, entries, userCoupons, payments, charges }: Snapshot): ByOrder {
  const net = sums(entries, (one) => [one.orderId ?? "", one.type === entry.USE ? one.amount : -one.amount]);
  net.delete(""); // charges belong to no order
  return {
    stock: texts(reservations.filter(isLive), (one) => [
      one.orderId,
      lineText(one) + (one.state === reservation.CONFIRMED ? "" : " unconfirmed"),
    ]),
    points: texts(
      [...net].filter(([, amount]) => amount !== 0),
      ([id, amount]) => [id, String(amount)],
    ),
    coupon: texts(
      userCoupons.filter(({ used }) => used),
      (one) => [one.orderId ?? "of no order", one.id],
    ),
    payment: texts(
      payments.filter(({ status }) => status !== payment.FAILED),
      (one) => [one.orderId, `${one.amount} of ${one.userId}${one.status === payment.APPROVED ? "" : " undecided"}`],
    ),
    charge: texts(charges, (one) => [one.orderId, String(one.amount)]),
  };
}

function dueOf({ orders, lines }: Snapshot): ByOrder {
  const completed = orders.filter(isCompleted);
  const ids = new Set(completed.map(({ id }) => id));
  const points = completed.map((one) => ({ id: one.id, amount: one.pointsUsed + (one.method === method.POINT ? one.paid : 0) }));
  return {
    stock: texts(
      lines.filter(({ orderId }) => ids.has(orderId)),
      (one) => [one.orderId, lineText(one)],
    ),
    points: texts(
      points.filter(({ amount }) => amount > 0),
      ({ id, amount }) => [id, String(amount)],
    ),
    coupon: texts(
      completed.filter((one) => one.userCouponId !== null),
      (one) => [one.id, one.userCouponId ?? ""],
    ),
    payment: texts(completed, (one) => [one.id, `${one.paid} of ${one.userId}`]),
    charge: texts(
      completed.filter((one) => one.method === method.CARD && one.paid > 0),
      (one) => [one.id, String(one.paid)],
    ),
  };
}

const isLive = ({ state }: { state: number }) => state !== reservation.RELEASED;
const isCompleted = ({ status }: { status: number }) => status === order.COMPLETED;
const lineText = ({ productId, quantity }: { productId: string; quantity: number }) => `${quantity} × ${productId}`;

function sums<T>(rows: readonly T[], of: (row: T) => [key: string, amount: number]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const [key, amount] of rows.map(of)) totals.set(key, (totals.get(key) ?? 0) + amount);
  return totals;
}

/** All texts of a key as one, in an order that doesn't depend on the rows'. */
function texts<T>(rows: readonly T[], of: (row: T) => [key: string, text: string]): Map<string, string> {
  const all = Map.groupBy(rows.map(of), ([key]) => key);
  return new Map(
    [...all].map(([key, pairs]) => [
      key,
      pairs
        .map(([, text]) => text)
        .toSorted()
        .join(", "),
    ]),
  );
}

function differences(whose: string, what: string, found: Map<string, number>, expected: Map<string, number>): string[] {
  const keys = [...new Set([...found.keys(), ...expected.keys()])].filter((key) => (found.get(key) ?? 0) !== (expected.get(key) ?? 0));
  return keys.map((key) => `${whose} ${key}: ${what} is ${found.get(key) ?? 0}, the rows say ${expected.get(key) ?? 0}`);
}
