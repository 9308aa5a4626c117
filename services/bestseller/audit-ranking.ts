import { handler } from "../../lib/handlers";
import { bestseller } from "./bestseller.contract";
import { standingsOf } from "./standings";

export const auditRanking = handler(bestseller.audit, async ({ service }) => {
  const differences = await standingsOf(service).audit();
  return { held: differences !== undefined, differences: differences ?? [] };
});
