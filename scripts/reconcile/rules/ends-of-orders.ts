import { orderStatusOf, type OrderStatus, sagaStateOf } from "../codes";
import type { TableRule } from "./table-rule";

/** How the saga that placed it ends, by what became of an order. */
const due: Readonly<Partial<Record<OrderStatus, string>>> = {
  COMPLETED: "COMPLETED",
  CANCELING: "COMPLETED",
  CANCELED: "COMPLETED",
  FAILED: "COMPENSATED",
};

/** Holds at any moment: an order, its lines and its saga begin and end in one transaction. */
export const endsOfOrders: TableRule = {
  name: "ends of orders",
  says: "an order is what its placing came to, and no line and no ended placing is without its order",
  async check(reading, found) {
    const db = reading.of("order");
    const rows = db.batches<{ id: string; state: number; status: number | null }>(
      `select s.business_key as id, s.state, o.status from saga_instance s left join orders o on o.id = s.business_key
       where s.type = 'place-order' and s.owner is null order by s.business_key`,
    );
    for await (const batch of rows) {
      for (const { id, state, status } of batch) {
        const [ended, is] = [sagaStateOf(state), status === null ? undefined : orderStatusOf(status)];
        if (is && due[is] === ended) found.right();
        else found.violated(`order ${id}`, `its placing was ${ended}, but ${is ? `it is ${is}` : "there is no such order"}`);
      }
    }
    const strays = await db.all<{ id: string; n: number }>(
      `select order_id as id, count(*) as n from order_product p
       where not exists (select 1 from orders o where o.id = p.order_id) group by order_id`,
    );
    for (const { id, n } of strays) found.violated(`order ${id}`, "there is no such order", `it has ${n} lines`);
  },
};
