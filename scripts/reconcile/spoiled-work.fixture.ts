/** Each way in which orders and their sagas, events and consumers can be spoiled, and by which rules that is found. */
import type { Case, Spoiling } from "./sound-shop.fixture";

export const longAgo = 1_000;
export const eventRow = "insert into order_outbox_event (event_id, bucket, topic, msg_key, headers, payload, status, attempts, created_at)";
const orderRow = `insert into orders (id, user_id, status, currency, subtotal, discount, points_used, paid, payment_method, history,
  created_at, updated_at) values (?, 'u', ?, 'KRW', 0, 0, 0, 0, 3, ?, 1, 1)`;
export const sagaRow = `insert into saga_instance (type, business_key, version, state, owner, epoch, deadline_at, recoveries, releases, input,
  created_at, updated_at) values (?, ?, 1, ?, 'o', 1, ?, 0, 0, '{}', 1, 1)`;
export const pending: Spoiling = ["order", "orders", orderRow, ["p", 1, "1:1"]];

export const workCases: readonly Case[] = [
  [
    "lines of an order that is gone",
    () => [
      [
        "order",
        "order_product",
        "insert into order_product (order_id, line, product_id, name, unit_price, quantity) values ('gone', 1, 'p', 'n', 1, 1)",
      ],
    ],
    ["ends of orders"],
    () => "order gone: there is no such order; it has 1 lines",
  ],
  ...(["card", "cashCanceled"] as const).map((kind): Case => [
    `an order (${kind}) that lives though its saga was taken back`,
    (orders) => [
      ["order", "saga_instance", "update saga_instance set state = 5 where type = 'place-order' and business_key = ?", [orders[kind]]],
    ],
    ["ends of orders"],
    (orders) => `order ${orders[kind]}: its placing was COMPENSATED, but it is `,
  ]),
  [
    "an order that failed though its saga came through",
    (orders) => [
      ["order", "saga_instance", "update saga_instance set state = 4 where type = 'place-order' and business_key = ?", [orders.declined]],
    ],
    ["ends of orders"],
    (orders) => `order ${orders.declined}: its placing was COMPLETED, but it is FAILED`,
  ],
  [
    "a saga whose order is gone",
    () => [["order", "saga_instance", sagaRow.replace("'o'", "null"), ["place-order", "gone", 4, 9e15]]],
    ["ends of orders"],
    () => "order gone: its placing was COMPLETED, but there is no such order",
  ],
  ["a PENDING order without a saga", () => [pending], ["open orders"], () => "order p: open sagas are none, due is place-order p"],
  [
    "an open saga without an order",
    () => [["order", "saga_instance", sagaRow, ["place-order", "s", 1, 9e15]]],
    ["open orders"],
    () => "order s: there is no such order; open sagas are place-order s, due is none",
  ],
  [
    "an attempt to cancel an order that never ends",
    (orders) => [
      ["order", "order_cancellation", "update order_cancellation set ended_at = null where order_id = ?", [orders.cashCanceled]],
    ],
    ["open orders"],
    () => /attempts to cancel it that have no end are 1, due is 0/,
  ],
  [
    "a saga that is parked",
    () => [pending, ["order", "saga_instance", sagaRow, ["place-order", "p", 6, 9e15]]],
    ["sagas"],
    () => "saga place-order p: is parked",
  ],
  [
    "a saga that is open past its deadline",
    () => [pending, ["order", "saga_instance", sagaRow, ["place-order", "p", 1, longAgo]]],
    ["sagas"],
    () => /saga place-order p: is open \d+ s after its deadline/,
  ],
  [
    "an event that was never sent",
    () => [["order", "order_outbox_event", `${eventRow} values ('e', 0, 'commerce.other.v1', 'k', '{}', '{}', 0, 0, ?)`, [longAgo]]],
    ["outbox"],
    () => /event e of order for commerce.other.v1: was not sent for/,
  ],
  [
    "an event that is parked",
    () => [["order", "order_outbox_event", `${eventRow} values ('e', 0, 'commerce.other.v1', 'k', '{}', '{}', 1, 5, ?)`, [Date.now()]]],
    ["outbox"],
    () => "event e of order for commerce.other.v1: is parked",
  ],
  [
    "a consumer that has stopped",
    () => [
      ["bus", "bus_consumer", "update bus_consumer set position = 0 where consumer = 'product' and topic = 'commerce.order.v1'"],
      ["bus", "bus_message", "update bus_message set at = 0 where topic = 'commerce.order.v1' and position = 0"],
    ],
    ["inbox"],
    () => /consumer product of commerce.order.v1\/\d+: has \d+ events unread/,
  ],
  [
    "consumers whose positions are lost, with all that they held",
    () => [
      ["bus", "bus_consumer", "delete from bus_consumer where consumer in ('bestseller', 'order-history')"],
      ["bestseller", "daily_sales", "delete from daily_sales"],
      ["order-history", "order_view", "delete from order_view"],
    ],
    ["inbox"],
    () =>
      /consumer bestseller of commerce.order.v1\/\d+: has no position, \d+ events are there[^]*consumer order-history of commerce.payment.v1/,
  ],
  [
    "all positions lost",
    () => [["bus", "bus_consumer", "delete from bus_consumer"]],
    ["inbox"],
    () => /consumer product of commerce.order.v1\/\d+: has no position/,
  ],
  [
    "an event that a consumer has given up on",
    () => [
      [
        "product",
        "dead_letter",
        `insert into dead_letter (id, consumer, topic, part, position, chain, msg_key, type, headers, payload, error, tries, state, died_at)
         values ('dl_1', 'product', 'commerce.order.v1', 0, 7, 'c', 'k', 'order.completed', '{}', '{}', 'no', 0, 'OPEN', 1)`,
      ],
    ],
    ["dead letters"],
    () => "commerce.order.v1.product.dlq/0/7: order.completed of k: no",
  ],
  [
    "one that it has not even taken over from the bus",
    () => [
      [
        "bus",
        "bus_message",
        `insert into bus_message (topic, part, position, msg_key, headers, payload, at)
         values ('commerce.order.v1.product.dlq', 0, 99, 'k', '{"ce_type":"order.completed","dlq_error":"no"}', '{}', 1)`,
      ],
    ],
    ["dead letters"],
    () => "commerce.order.v1.product.dlq/0/99: order.completed of k: no",
  ],
];
