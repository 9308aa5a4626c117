import { iso, now } from "../../lib/clock";
import { handler } from "../../lib/handlers";
import { bestseller } from "./bestseller.contract";
import { dayOf, spanOf } from "./period";
import { standingsOf } from "./own-standings";

export const readTop = handler(bestseller.top, async ({ params: { period, date, limit }, config, service }) => {
  const span = spanOf(period, date ?? dayOf(now(), config.businessTimeZone));
  const { places, lastAt, stale } = await standingsOf(service).top(span, limit);
  return {
    period,
    asOf: iso(lastAt ?? now()),
    stale,
    items: places.map(({ productId: id, name, sold }, index) => ({ rank: index + 1, product: { id, name }, sold })),
  };
});

/** Held against the tally while nobody adds to it. */
export const auditRanking = handler(bestseller.audit, async ({ service }) => {
  const differences = await standingsOf(service).audit();
  return { held: differences !== undefined, differences: differences ?? [] };
});
