import { reservation } from "../codes";
import type { TableRule } from "./table-rule";

interface StockRow {
  id: string;
  stock: number;
  due: number;
}

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
  },
};
