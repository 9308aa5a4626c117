import { reservation } from "../codes";
import type { TableRule } from "./table-rule";

interface StockRow {
  id: string;
  stock: number;
  due: number;
}

/** A product that leaves the catalogue keeps its row. */
const gone = (rows: string) => `not exists (select 1 from product p where p.id = ${rows}.product_id)`;

/** I8. The three change in one transaction, so at any moment they fit. */
export const stock: TableRule = {
  name: "stock",
  says: "a product's stock = its movements − reservations that were not given back, never below zero",
  async check(reading, found) {
    const rows = reading.of("product").batches<StockRow>(
      `select p.id, p.stock, coalesce(m.moved, 0) - coalesce(r.reserved, 0) as due from product p
       left join (select product_id, sum(delta) as moved from stock_movement group by product_id) m on m.product_id = p.id
       left join (select product_id, sum(quantity) as reserved from stock_reservation where state <> ${reservation.RELEASED} group by product_id) r
         on r.product_id = p.id
       order by p.id`,
    );
    for await (const batch of rows) {
      for (const { id, stock: held, due } of batch) {
        if (held === due && held >= 0) found.right();
        else found.violated(`product ${id}`, `stock is ${held}, movements and reservations make ${due}`);
      }
    }
    const strays = await reading.of("product").all<{ productId: string; due: number }>(
      `select product_id as productId, sum(delta) as due from (
         select product_id, delta from stock_movement m where ${gone("m")}
         union all
         select product_id, case state when ${reservation.RELEASED} then 0 else -quantity end from stock_reservation r where ${gone("r")}
       ) s group by product_id`,
    );
    for (const { productId, due } of strays) found.violated(`product ${productId}`, `is gone, movements and reservations make ${due}`);
  },
};
