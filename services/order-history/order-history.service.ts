import { service } from "../../lib/service";
import { consumers } from "./follow-orders";
import { fillIn } from "./fill-in";
import { listOrders } from "./list-orders";
import { orderViews } from "./migrations/0001-order-views";
import { deadLetters } from "./migrations/0002-dead-letters";
import { orderViewProducts } from "./migrations/0003-order-view-products";
import { rebuildRow } from "./migrations/0004-rebuild";
import { orderHistory } from "./order-history.contract";

/** The query side of orders: a store of its own, which follows their events. */
export default service(orderHistory, {
  migrations: [orderViews, deadLetters, orderViewProducts, rebuildRow],
  actions: { list: listOrders },
  consumes: consumers,
  readModel: { tables: ["order_view", "order_view_product"], fromOwners: fillIn },
  inbox: { lingerMs: 250 },
});
