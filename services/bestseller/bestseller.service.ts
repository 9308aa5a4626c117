import { service } from "../../lib/service";
import { bestseller } from "./bestseller.contract";
import { consumers } from "./count-sales";
import { dailySales } from "./migrations/0001-daily-sales";
import { countedOrders } from "./migrations/0002-counted-orders";
import { deadLetters } from "./migrations/0003-dead-letters";
import { tallyVersion } from "./migrations/0004-tally";
import { startStandings } from "./own-standings";
import { auditRanking, readTop } from "./read-top";

export default service(bestseller, {
  migrations: [dailySales, countedOrders, deadLetters, tallyVersion],
  actions: { top: readTop, audit: auditRanking },
  consumes: consumers,
  inbox: { lingerMs: 100 },
  async started() {
    await startStandings(this);
  },
});
