import type { z } from "zod";

import { iso } from "../../lib/clock";
import { handler } from "../../lib/handlers";
import type { Order, OrderStatus } from "./order";
import { order } from "./order.contract";
import { readTracks } from "./orders";
import { visible } from "./read-orders";
import { watchOf } from "./watch";

type Changes = z.output<typeof order.$actions.changes.result>;

/** How long an answer may wait for something to tell. The client's connection is kept open by asking again. */
const patienceMs = 2_000;

/** What became of an order after what the client has seen, as soon as there is anything. */
export const changes = handler(order.changes, async ({ params: { id, userId, after }, meta, db, service }) => {
  const { history } = visible((await readTracks(db, [id])).get(id), userId, meta);
  const known = changesAfter(history, after);
  if (known.final || known.events.length > 0) return known;
  const grown = await watchOf(service).grown(id, history.length, patienceMs);
  return grown ? changesAfter(grown, after) : known;
});

/** Statuses that a client waits for. One that comes back from CANCELING is final too, as nothing more is under way. */
const finals: ReadonlySet<OrderStatus> = new Set(["COMPLETED", "FAILED", "CANCELED"]);

/** The entries of the history behind the `after`th; without `after`, or with one that was never given out, the last one. */
export function changesAfter(history: Order["history"], after?: number): Changes {
  const last = history.at(-1);
  if (!last) throw new Error("an order has no history");
  const final = finals.has(last.status);
  const seen = after !== undefined && (after <= history.length || final) ? after : history.length - 1;
  const events = history.map(({ status, at }, index) => ({
    id: String(index + 1),
    event: "status" as const,
    data: { status, at: iso(at) },
  }));
  return { events: events.slice(seen), final };
}
