/** Each way in which what services hold can be spoiled, one row or a few at a time, and by which rules that is found. */
import type { Case } from "./sound-shop.fixture";
import { workCases } from "./spoiled-work.fixture";

const heldCases: Case[] = [
  [
    "stock that vanished",
    () => [["product", "product", "update product set stock = stock - 1 where price = 333"]],
    ["stock"],
    () => /stock is 95, movements and reservations make 96/,
  ],
  [
    "a product that is gone",
    () => [["product", "product", "delete from product where price = 333"]],
    ["sales", "stock"],
    () => /\[stock\] product \S+: is gone, movements and reservations make 96/,
  ],
  [
    "goods of a product that is gone",
    () => [
      ["product", "stock_movement", "insert into stock_movement (product_id, id, delta, reason, created_at) values ('g', 'm', 7, 'r', 1)"],
    ],
    ["stock"],
    () => "product g: is gone, movements and reservations make 7",
  ],
  [
    "a reservation of a product that is gone, even if it was given back",
    (orders) => [
      [
        "product",
        "stock_reservation",
        "insert into stock_reservation (order_id, product_id, quantity, state) values (?, 'g', 2, 3)",
        [orders.declined],
      ],
    ],
    ["stock"],
    () => "product g: is gone, movements and reservations make 0",
  ],
  ["a balance that was made up", () => [["point", "point", "update point set balance = balance + 1"]], ["balances"], () => /balance is/],
  ["points without a balance", () => [["point", "point", "delete from point"]], ["balances"], () => /has no balance/],
  [
    "a history whose balances don't follow from each other",
    () => [["point", "point_history", "update point_history set balance_after = 99999 where type = 1"]],
    ["ledger"],
    () => /after 0 the entry \S+ of 100000 makes 99999/,
  ],
  ...(
    [
      ["a USE of points", "2", "- 9"],
      ["a REFUND of points", "3", "+ 9"],
    ] as const
  ).map(([what, type, delta]): Case => [
    `${what} for no order`,
    () => [
      ["point", "point", `update point set balance = balance ${delta}`],
      [
        "point",
        "point_history",
        `insert into point_history (user_id, id, type, amount, balance_after, order_id, created_at)
         select user_id, 'x', ${type}, 9, sum(case type when 2 then -amount else amount end) ${delta}, null, 9000000000000
         from point_history group by user_id`,
      ],
    ],
    ["ledger"],
    () => /\[ledger\] user \S+: the entry x is a (USE|REFUND) of 9 for no order$/,
  ]),
  [
    "a CHARGE that names an order",
    (orders) => [["point", "point_history", "update point_history set order_id = ? where type = 1", [orders.cash]]],
    ["ledger", "points of orders"],
    (orders) => `is a CHARGE of 100000 for the order ${orders.cash}`,
  ],
  [
    "a coupon that was lost",
    () => [["coupon", "coupon", "update coupon set remaining = remaining - 1"]],
    ["coupons"],
    () => /1 issued \+ 8 remaining is not 10/,
  ],
  [
    "lines that don't add up",
    (orders) => [["order", "order_product", "update order_product set quantity = 1 where order_id = ?", [orders.refused]]],
    ["history", "orders"],
    (orders) => `[orders] order ${orders.refused}: the lines make 1000, due is 1000000`,
  ],
  [
    "a history that can't be",
    (orders) => [["order", "orders", "update orders set status = 2, history = '1:1,3:2,2:3' where id = ?", [orders.refused]]],
    ["history", "orders", "payments", "reservations", "sales", "tally"],
    () => /\[orders\] .* its history can't be: PENDING → FAILED → COMPLETED/,
  ],
  [
    "goods that a completed order doesn't have",
    (orders) => [
      ["product", "stock_reservation", "update stock_reservation set state = 3 where order_id = ?", [orders.cash]],
      ["product", "product", "update product set stock = stock + case price when 333 then 1 else 2 end"],
    ],
    ["reservations"],
    (orders) => `order ${orders.cash}: it holds nothing, due is`,
  ],
  [
    "goods that were never confirmed",
    (orders) => [["product", "stock_reservation", "update stock_reservation set state = 1 where order_id = ?", [orders.cash]]],
    ["reservations"],
    (orders) => `order ${orders.cash}: not confirmed: 1 × `,
  ],
  [
    "goods that a failed order keeps",
    (orders) => [
      ["product", "stock_reservation", "update stock_reservation set state = 2 where order_id = ?", [orders.declined]],
      ["product", "product", "update product set stock = stock - case price when 333 then 1 else 2 end"],
    ],
    ["reservations"],
    (orders) => `order ${orders.declined}: it holds 1 × `,
  ],
  [
    "points that belong to another order",
    (orders) => [["point", "point_history", "update point_history set order_id = ? where order_id = ?", [orders.cash, orders.points]]],
    ["points of orders"],
    (orders) => `order ${orders.points}: there is nothing, due is 1 USE of 2333`,
  ],
  [
    "points that were not given back",
    (orders) => [
      ["point", "point_history", "update point_history set order_id = null where order_id = ? and type = 3", [orders.cardCanceled]],
    ],
    ["ledger", "points of orders"],
    (orders) => `order ${orders.cardCanceled}: there is 1 USE of 400`,
  ],
  [
    "a coupon that belongs to another order",
    (orders) => [["coupon", "user_coupon", "update user_coupon set order_id = ? where order_id = ?", [orders.declined, orders.card]]],
    ["coupons of orders"],
    (orders) => `order ${orders.declined}: it has used `,
  ],
  [
    "a coupon that is used by nobody",
    () => [["coupon", "user_coupon", "update user_coupon set status = 2, used_at = 1 where order_id is null"]],
    ["coupons of orders"],
    () => /is used by no order/,
  ],
  [
    "a completed order that isn't paid",
    (orders) => [["payment", "payment", "update payment set status = 3 where order_id = ?", [orders.cash]]],
    ["payments", "shown payments"],
    (orders) => `order ${orders.cash}: its payment is FAILED with 0 given back, due is APPROVED`,
  ],
  [
    "money that was not given back",
    (orders) => [["payment", "payment", "update payment set refunded = 0 where order_id = ?", [orders.pointsCanceled]]],
    ["payments"],
    (orders) => `order ${orders.pointsCanceled}: its payment is REFUNDED with 0 given back, due is REFUNDED with 2333`,
  ],
  [
    "a payment by somebody else",
    (orders) => [["payment", "payment", "update payment set user_id = 'x' where order_id = ?", [orders.cash]]],
    ["payments"],
    (orders) => `order ${orders.cash}: it is a payment of x by CASH`,
  ],
  [
    "a payment of no order",
    (orders) => [["payment", "payment", "update payment set order_id = 'nobody' where order_id = ?", [orders.cash]]],
    ["payments", "shown payments"],
    () => "order nobody: there is no such order; its payment is APPROVED",
  ],
  [
    "a refund that never ends",
    (orders) => [["payment", "payment", "update payment set refund_id = 'r' where order_id = ?", [orders.cash]]],
    ["payments"],
    () => /it is COMPLETED, but its payment is being given back/,
  ],
  [
    "a card that was charged twice",
    (orders) => [
      [
        "sandbox-provider",
        "charge",
        `insert into charge (charge_key, amount, currency, token, approved, reference, answer_at, known_at, created_at)
         select ?, amount, currency, token, approved, 'again', answer_at, known_at, created_at from charge where charge_key = ?`,
        [`place-order:again:pay`, `place-order:${orders.card}:pay`],
      ],
    ],
    ["provider"],
    () => "order again: there is no such order; it keeps 1633, due is 0",
  ],
  [
    "a card's money that the provider has kept",
    () => [["sandbox-provider", "refund", "update refund set declined = 'no' where declined is null"]],
    ["provider"],
    (orders) => `order ${orders.cardCanceled}: it keeps 1633, due is 0`,
  ],
  [
    "a payment that the order doesn't know of",
    (orders) => [["order", "orders", "update orders set payment_status = 1 where id = ?", [orders.cash]]],
    ["history", "shown payments"],
    () => /\[shown payments\] .* PENDING, due is \S+ APPROVED/,
  ],
  [
    "a view that is not what the order is",
    (orders) => [["order-history", "order_view", "update order_view set status = 1 where id = ?", [orders.cash]]],
    ["history"],
    (orders) => `order ${orders.cash}: listed is {"status":"PENDING"`,
  ],
  [
    "a view that shows other amounts",
    (orders) => [
      [
        "order-history",
        "order_view",
        "update order_view set document = replace(document, '\"paid\":', '\"paid\":9') where id = ?",
        [orders.cash],
      ],
    ],
    ["history"],
    () => /amounts is \{"subtotal":2333.*"paid":92333/,
  ],
  [
    "an order that isn't found by its product",
    (orders) => [["order-history", "order_view_product", "delete from order_view_product where id = ?", [orders.cash]]],
    ["history"],
    (orders) => `order ${orders.cash}: foundBy is []`,
  ],
  [
    "an order that is found by a status that it hasn't",
    (orders) => [["order-history", "order_view_product", "update order_view_product set status = 1 where id = ?", [orders.cash]]],
    ["history"],
    (orders) => `order ${orders.cash}: foundBy is [{"productId"`,
  ],
  [
    "an order without a view",
    (orders) => [["order-history", "order_view", "delete from order_view where id = ?", [orders.cash]]],
    ["history"],
    (orders) => `order ${orders.cash}: it has no view`,
  ],
  [
    "an order that is counted on the wrong day",
    (orders) => [["bestseller", "counted_order", "update counted_order set day = '2000-01-01' where order_id = ?", [orders.cash]]],
    ["counted orders"],
    (orders) => `order ${orders.cash}: it is noted on 2000-01-01`,
  ],
  [
    "a cancelled order that still counts",
    (orders) => [["bestseller", "counted_order", "update counted_order set day = '2000-01-01' where order_id = ?", [orders.cashCanceled]]],
    ["counted orders"],
    (orders) => `order ${orders.cashCanceled}: it is noted on 2000-01-01, due is no day`,
  ],
  [
    "a sale that was counted twice",
    () => [["product", "product", "update product set sales_count = sales_count + 1 where price = 333"]],
    ["sales"],
    () => /5 are counted, the orders make 4/,
  ],
  [
    "a sale that is twice in the tally",
    () => [["bestseller", "daily_sales", "update daily_sales set sold = sold * 2"]],
    ["tally"],
    () => /16 are counted, the orders make 8/,
  ],
  [
    "a day that is not in the tally",
    () => [["bestseller", "daily_sales", "delete from daily_sales"]],
    ["tally"],
    () => /0 are counted, the orders make 8/,
  ],
];

export const cases: readonly Case[] = [...heldCases, ...workCases];
