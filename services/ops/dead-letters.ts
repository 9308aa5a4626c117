/** What operators see of dead letters and do to them, whichever service could not apply them. */
import { decodeCursor, encodeCursor } from "../../lib/cursor";
import type { ConsumerHost } from "../../lib/dead-letters/contract";
import { letterOrder } from "../../lib/dead-letters/views";
import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import { merged } from "../../lib/merged";
import { listOf } from "../../lib/paging";
import { consumers } from "./hosts";
import { ops } from "./ops.contract";
import { signed } from "./signed";

export const listLetters = handler(ops.deadLetters, async ({ params: { limit, cursor, service, ...choice }, call }) => {
  const list = listOf({ name: "ops.deadLetters", choice: { service, ...choice } });
  const at = decodeCursor(cursor, ["string", "string"], list);
  const after = at && { diedAt: at[0], id: at[1] };
  const pages = await Promise.all(
    consumersOf(service).map((host) => call(host.deadLetterList, { ...choice, limit: limit + 1, ...(after && { after }) })),
  );
  return merged(pages, { limit, ...letterOrder(choice.state), cursorOf: ({ diedAt, id }) => encodeCursor([diedAt, id], list) });
});

export const readLetter = handler(ops.deadLetter, ({ params: { service, id }, call }) => call(consumer(service).deadLetterShow, { id }));

export const replayLetter = handler(ops.replay, (ctx) => {
  const { service, ...params } = signed(ctx);
  return ctx.call(consumer(service).deadLetterReplay, params);
});

export const replayLetters = handler(ops.replayAll, async (ctx) => {
  const { service, cursor, ...params } = signed(ctx);
  const list = listOf({ name: "ops.replayAll", choice: { service, type: params.type } });
  const at = decodeCursor(cursor, ["string", "number", "number"], list);
  const after = at && { topic: at[0], partition: at[1], offset: at[2] };
  const { replays, next } = await ctx.call(consumer(service).deadLetterReplayAll, { ...params, ...(after && { after }) });
  return { replays, nextCursor: next ? encodeCursor([next.topic, next.partition, next.offset], list) : null };
});

export const discardLetter = handler(ops.discard, (ctx) => {
  const { service, ...params } = signed(ctx);
  return ctx.call(consumer(service).deadLetterDiscard, params);
});

/** What operators did, the newest first. */
export const readLetterAudit = handler(ops.deadLetterAudit, async ({ params: { limit, cursor, service, ...choice }, call }) => {
  const list = listOf({ name: "ops.deadLetterAudit", choice: { service, ...choice } });
  const end = decodeCursor(cursor, ["string", "string", "number"], list);
  const pages = await Promise.all(
    consumersOf(service).map((host) =>
      call(host.deadLetterAudit, { ...choice, limit: limit + 1, ...(end && { before: before(host, end) }) }),
    ),
  );
  return merged(pages, {
    limit,
    by: ({ at, service, number }) => [at, service, number],
    falling: true,
    cursorOf: ({ at, service, number }) => encodeCursor([at, service, number], list),
  });
});

/** Where a service's own entries go on: of two services whose entries are of one moment the greater name's come first. */
function before({ $name }: ConsumerHost, [at, service, number]: [string, string, number]): { at: string; number: number } {
  if ($name === service) return { at, number };
  return { at, number: $name < service ? Number.MAX_SAFE_INTEGER : 0 };
}

/** The one that is named, or all. */
const consumersOf = (service: string | undefined): readonly ConsumerHost[] => (service === undefined ? consumers : [consumer(service)]);

function consumer(service: string): ConsumerHost {
  const found = consumers.find(({ $name }) => $name === service);
  if (!found) throw new ShopError("DEAD_LETTER_NOT_FOUND", `No service ${service} consumes events`);
  return found;
}
