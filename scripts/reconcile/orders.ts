/** Walks through the orders of all databases side by side, in the order of their ids, and tells all that is known of each. */
import { methodOf, orderStatusOf, paymentStatusOf, userCoupon } from "./codes";
import type {
  AfterRow,
  ChargeRow,
  CountedRow,
  EntriesRow,
  Order,
  OrderFacts,
  OrderRow,
  PaymentRow,
  ReservationRow,
  UserCouponRow,
  ViewRow,
} from "./facts";
import type { OnTheirWay } from "./on-their-way";
import type { OpenWork } from "./open-work";
import type { Reading } from "./reading";
import { byKey } from "./snapshots/merge";
import type { Snapshot } from "./snapshots/snapshot";

/** What each order's rows are read by, in each database; `k` is the order's id. */
const sql = {
  orders: `select o.id as k, o.user_id as userId, o.status, o.currency, o.subtotal, o.discount, o.points_used as pointsUsed, o.paid,
      o.user_coupon_id as userCouponId, o.payment_method as method, o.failure_code as failureCode, o.failure_detail as failureDetail,
      o.history, o.created_at as createdAt, p.line, p.product_id as productId, p.name, p.unit_price as unitPrice, p.quantity
    from orders o left join order_product p on p.order_id = o.id order by o.id`,
  after: "select id as k, status, history, payment_id as paymentId, payment_status as paymentStatus from orders order by id",
  reservations: "select order_id as k, product_id as productId, quantity, state from stock_reservation order by order_id",
  entries: `select order_id as k, user_id as userId, type, count(*) as entries, sum(amount) as amount
    from point_history where order_id is not null group by order_id, user_id, type order by order_id`,
  userCoupons: `select coalesce(order_id, '') as k, id, user_id as userId, status
    from user_coupon where status = ${userCoupon.USED} or order_id is not null order by coalesce(order_id, '')`,
  payments: `select order_id as k, id, user_id as userId, method, status, amount, refunded, currency, refund_id as refundId
    from payment order by order_id`,
  // A key is `place-order:<order>:pay`.
  charges: `select case when charge_key like 'place-order:%:pay' then substr(charge_key, 13, length(charge_key) - 16) else charge_key end as k,
      amount, approved,
      coalesce((select sum(r.amount) from refund r where r.charge_reference = c.reference and r.declined is null), 0) as givenBack
    from charge c order by k`,
  views: `select v.id as k, v.user_id as userId, v.status, v.created_at as createdAt, v.document,
      p.product_id as productId, p.user_id as foundUserId, p.status as foundStatus, p.created_at as foundCreatedAt
    from order_view v left join order_view_product p on p.id = v.id order by v.id`,
  counted: "select order_id as k, day from counted_order order by order_id",
};

type Rows = {
  orders: (OrderRow & { line: number })[];
  after: AfterRow[];
  reservations: ReservationRow[];
  entries: EntriesRow[];
  userCoupons: UserCouponRow[];
  payments: PaymentRow[];
  charges: ChargeRow[];
  views: ViewRow[];
  counted: CountedRow[];
};

async function* none(): AsyncGenerator<ChargeRow[]> {}

export async function* readOrders(reading: Reading, onTheirWay: OnTheirWay, work: OpenWork): AsyncGenerator<OrderFacts> {
  const rows = <N extends keyof Rows>(db: Snapshot, name: N) => db.batches<Rows[N][number]>(sql[name]);
  const merged = byKey<{ [N in keyof Rows]: Rows[N][number] }>({
    orders: rows(reading.of("order"), "orders"),
    after: rows(reading.after, "after"),
    reservations: rows(reading.of("product"), "reservations"),
    entries: rows(reading.of("point"), "entries"),
    userCoupons: rows(reading.of("coupon"), "userCoupons"),
    payments: rows(reading.of("payment"), "payments"),
    charges: reading.provider ? rows(reading.provider, "charges") : none(),
    views: rows(reading.of("order-history"), "views"),
    counted: rows(reading.of("bestseller"), "counted"),
  });
  const factsOf = (id: string, { orders, after, charges, ...same }: Rows): OrderFacts => ({
    id,
    order: orderOf(orders, after[0]),
    completedAt: after[0] && historyOf(after[0]).find(({ status }) => status === "COMPLETED")?.at,
    state: stateOf(orders[0], after[0], work.sagasOf(id)),
    sagas: work.sagasOf(id),
    cancellations: work.cancellationsOf(id),
    awaited: (follower) => onTheirWay[follower].has(id),
    charges: reading.provider && charges,
    ...same,
  });
  const unseen = new Set(work.orderIds());
  for await (const { key, rows: found } of merged) {
    unseen.delete(key);
    yield factsOf(key, found);
  }
  for (const id of unseen) yield factsOf(id, nothing);
}

// prettier-ignore
const nothing: Rows = { orders: [], after: [], reservations: [], entries: [], userCoupons: [], payments: [], charges: [], views: [], counted: [] };

function stateOf(before: OrderRow | undefined, after: AfterRow | undefined, sagas: readonly string[]): OrderFacts["state"] {
  if (!before && !after) return "missing";
  if (before?.status !== after?.status || before?.history !== after?.history || sagas.length > 0) return "moving";
  return ["PENDING", "CANCELING"].includes(orderStatusOf(before?.status ?? 0)) ? "moving" : "still";
}

function orderOf(rows: readonly (OrderRow & { line: number })[], after: AfterRow | undefined): Order | undefined {
  const [row] = rows;
  if (!row) return undefined;
  const { subtotal, discount, pointsUsed, paid, currency } = row;
  return {
    id: row.k,
    userId: row.userId,
    status: orderStatusOf(row.status),
    amounts: { subtotal, discount, pointsUsed, paid, currency },
    userCouponId: row.userCouponId ?? undefined,
    method: methodOf(row.method),
    failure: row.failureCode === null ? undefined : { code: row.failureCode, detail: row.failureDetail ?? "" },
    history: historyOf(row),
    createdAt: row.createdAt,
    lines: rows
      .toSorted((a, b) => a.line - b.line)
      .flatMap(({ productId, name, unitPrice, quantity }) =>
        productId === null ? [] : [{ productId, name: name ?? "", unitPrice: unitPrice ?? 0, quantity: quantity ?? 0 }],
      ),
    payment: {
      id: after?.paymentId ?? undefined,
      status: after?.paymentStatus ? paymentStatusOf(after.paymentStatus) : undefined,
    },
  };
}

/** `code:ms`, separated by commas. */
function historyOf({ history }: { history: string }): Order["history"] {
  return history.split(",").map((text) => {
    const [code, at] = text.split(":").map(Number);
    return { status: orderStatusOf(code ?? 0), at: at ?? 0 };
  });
}
