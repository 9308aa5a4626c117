import { isDeepStrictEqual } from "node:util";

import { orderStatusOf } from "../codes";
import type { Order, OrderFacts, ViewRow } from "../facts";
import type { OrderRule } from "./order-rule";

/** CQRS: the view has been told everything by events alone. */
export const history: OrderRule = {
  name: "history",
  says: "the view of an order equals the order",
  judge({ order, state, awaited, views }: OrderFacts) {
    // The order itself learns of its payment by events too.
    if (state === "moving" || awaited("order-history") || awaited("order")) return "under way";
    const [view] = views;
    if (!order) return view ? ["it has a view"] : [];
    if (!view) return ["it has no view"];
    return differences({ ...shownOf(view), foundBy: foundBy(views) }, dueOf(order));
  },
};

/** What is compared, by name. When it changed last is not: the events' times are not those of the rows. */
type Shown = Record<string, unknown>;

function shownOf({ userId, status, createdAt, document }: ViewRow): Shown {
  const { updatedAt: _notCompared, ...shown } = parsed(document);
  // What lists go by stands beside the document.
  const listed = { status: status && orderStatusOf(status), createdAt: createdAt && iso(createdAt) };
  return { ...shown, userId, listed };
}

/** Each product by which lists find it, with what they go by. */
function foundBy(rows: readonly ViewRow[]): Shown[] {
  const found = rows.flatMap(({ productId, foundUserId: userId, foundStatus: status, foundCreatedAt: at }) =>
    productId === null ? [] : [{ productId, userId, status: status && orderStatusOf(status), createdAt: at && iso(at) }],
  );
  return found.sort(byProduct);
}

const byProduct = (a: { productId: string }, b: { productId: string }) => (a.productId < b.productId ? -1 : 1);

function parsed(document: string): Shown {
  try {
    return JSON.parse(document) as Shown;
  } catch {
    return { unreadable: document };
  }
}

function dueOf(order: Order): Shown {
  const { id, userId, status, amounts, userCouponId, method, failure, createdAt, lines, payment } = order;
  return {
    id,
    userId,
    status,
    items: lines.map((line) => ({ ...line, lineTotal: line.unitPrice * line.quantity })),
    amounts,
    payment: { method, ...(payment.id && { id: payment.id }), ...(payment.status && { status: payment.status }) },
    ...(userCouponId && { userCouponId }),
    ...(failure && { failure }),
    history: order.history.map((one) => ({ status: one.status, at: iso(one.at) })),
    createdAt: iso(createdAt),
    listed: { status, createdAt: iso(createdAt) },
    foundBy: [...new Set(lines.map(({ productId }) => productId))]
      .map((productId) => ({ productId, userId, status, createdAt: iso(createdAt) }))
      .sort(byProduct),
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

function differences(shown: Shown, due: Shown): string[] {
  const names = [...new Set([...Object.keys(shown), ...Object.keys(due)])];
  const differ = names.filter((name) => !isDeepStrictEqual(shown[name], due[name]));
  return differ.map((name) => `${name} is ${JSON.stringify(shown[name])}, due is ${JSON.stringify(due[name])}`);
}
