import { service } from "../../lib/service";
import { bestseller } from "./bestseller.contract";
import { consumers } from "./count-sales";
import { fillIn } from "./fill-in";
import { dailySales } from "./migrations/0001-daily-sales";
import { countedOrders } from "./migrations/0002-counted-orders";
import { deadLetters } from "./migrations/0003-dead-letters";
import { tallyVersion } from "./migrations/0004-tally";
import { rebuildRow } from "./migrations/0005-rebuild";
import { startStandings } from "./own-standings";
import { auditRanking, readTop } from "./read-top";

export default service(bestseller, {
  migrations: [dailySales, countedOrders, deadLetters, tallyVersion, rebuildRow],
  actions: { top: readTop, audit: auditRanking },
  consumes: consumers,
  readModel: { tables: ["daily_sales", "counted_order", "product_name", "tally"], fromOwners: fillIn },
  inbox: { lingerMs: 100 },
  async started() {
    await startStandings(this);
  },
});
