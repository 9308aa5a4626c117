import { service } from "../../lib/service";
import { bestseller } from "./bestseller.contract";
import { consumers } from "./count-sales";
import { dailySales } from "./migrations/0001-daily-sales";
import { readTop } from "./read-top";
import { standingsOf } from "./standings";

export default service(bestseller, {
  migrations: [dailySales],
  actions: { top: readTop },
  consumes: consumers,
  async started() {
    await standingsOf(this).load();
  },
});
