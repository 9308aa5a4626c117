/** What operators see of events that the bus doesn't take, and do to them: one publisher at a time. */
import { decodeCursor, encodeCursor } from "../../lib/cursor";
import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import type { PublisherHost } from "../../lib/outbox/contract";
import { listOf, type Page, type PageParams } from "../../lib/paging";
import { publishers } from "./hosts";
import { ops } from "./ops.contract";
import { signed } from "./signed";

export const listParked = handler(ops.parkedEvents, ({ params: { service, ...page }, call }) =>
  numbered("ops.parkedEvents", service, page, (choice) => call(publisher(service).outboxParked, choice)),
);

/** What operators did, the newest first. */
export const readOutboxAudit = handler(ops.outboxAudit, ({ params: { service, ...page }, call }) =>
  numbered("ops.outboxAudit", service, page, (choice) => call(publisher(service).outboxAudit, choice)),
);

export const retryParked = handler(ops.retryParked, (ctx) => {
  const { service, ...params } = signed(ctx);
  return ctx.call(publisher(service).outboxRetry, params);
});

export const retryAllParked = handler(ops.retryAllParked, (ctx) => {
  const { service, ...params } = signed(ctx);
  return ctx.call(publisher(service).outboxRetryAll, params);
});

export const discardParked = handler(ops.discardParked, (ctx) => {
  const { service, ...params } = signed(ctx);
  return ctx.call(publisher(service).outboxDiscard, params);
});

/** A page of a list whose rows have numbers. */
async function numbered<T extends { number: number }>(
  name: string,
  service: string,
  { limit, cursor }: PageParams,
  read: (choice: { limit: number; after?: number }) => Promise<T[]>,
): Promise<Page<T>> {
  const list = listOf({ name, choice: { service } });
  const end = decodeCursor(cursor, ["number"], list);
  const rows = await read({ limit: limit + 1, ...(end && { after: end[0] }) });
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, nextCursor: last ? encodeCursor([last.number], list) : null };
}

function publisher(service: string): PublisherHost {
  const found = publishers.find(({ $name }) => $name === service);
  if (!found) throw new ShopError("NOT_FOUND", `No service ${service} publishes events`);
  return found;
}
