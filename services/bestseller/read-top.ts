import { iso, now } from "../../lib/clock";
import { handler } from "../../lib/handlers";
import { bestseller } from "./bestseller.contract";
import { dayOf, spanOf } from "./period";
import { standingsOf } from "./standings";
import { readNames } from "./tally";

export const readTop = handler(bestseller.top, async ({ params: { period, date, limit }, db, config, service }) => {
  const standings = standingsOf(service);
  const { places, stale } = await standings.top(spanOf(period, date ?? dayOf(now(), config.businessTimeZone)), limit);
  const names = await readNames(
    db,
    places.map(({ productId }) => productId),
  );
  return {
    period,
    asOf: iso(standings.lastAt ?? now()),
    stale,
    items: places.map(({ productId, sold }, index) => ({
      rank: index + 1,
      product: { id: productId, name: names.get(productId) ?? productId },
      sold,
    })),
  };
});
