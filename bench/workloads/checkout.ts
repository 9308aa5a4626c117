import { bodyOf, posts } from "../load/request";
import type { Goods, Workload } from "./workload";

/** Many, so that orders seldom meet at one: that is what the sales measure. */
const products = 500;
/** More than can be sold in a day. */
const stock = 1_000_000_000;

/** W3: orders of one line, paid in cash. Every customer buys his way through the catalogue. */
export const checkout: Workload = {
  counts: "checkouts",
  needs: ({ levels }) => ({ stocks: new Array(products).fill(stock), quantities: [], customers: Math.max(...levels) }),
  work({ url, goods, c, goesOn }) {
    const bodies = goods.products.map(orderOf);
    const clients = goods.customers.slice(0, c).map(({ token }, client) => {
      const post = posts(url, "/api/v1/orders", token);
      let next = Math.floor((client * bodies.length) / c);
      return () => post(bodies[next++ % bodies.length]!);
    });
    return { clients, expects: [201], goesOn };
  },
  wrong: () => [],
};

export function orderOf({ id }: Goods["products"][number]) {
  return bodyOf({ items: [{ productId: id, quantity: 1 }], payment: { method: "CASH" } });
}
