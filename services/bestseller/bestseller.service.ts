import { service } from "../../lib/service";
import { auditRanking } from "./audit-ranking";
import { bestseller } from "./bestseller.contract";
import { consumers } from "./count-sales";
import { dailySales } from "./migrations/0001-daily-sales";
import { countedOrders } from "./migrations/0002-counted-orders";
import { deadLetters } from "./migrations/0003-dead-letters";
import { readTop } from "./read-top";
import { standingsOf } from "./standings";

export default service(bestseller, {
  migrations: [dailySales, countedOrders, deadLetters],
  actions: { top: readTop, audit: auditRanking },
  consumes: consumers,
  inbox: { lingerMs: 100 },
  async started() {
    await standingsOf(this).load();
  },
});
