/** What operators see of sagas and do to them, whichever service hosts them. */
import { decodeCursor, encodeCursor } from "../../lib/cursor";
import { type Ctx, handler } from "../../lib/handlers";
import { listOf } from "../../lib/paging";
import type { SagaView } from "../../lib/sagas/views";
import { hosts, ofHost } from "./hosts";
import { merged } from "./merged";
import { ops } from "./ops.contract";

const ended: ReadonlySet<string> = new Set<SagaView["state"]>(["COMPLETED", "COMPENSATED"]);

/** In the order in which each host lists its own: open ones the oldest first, others by type and id, the greatest first. */
export const listSagas = handler(ops.sagas, async ({ params: { limit, cursor, ...choice }, call }) => {
  const list = listOf({ name: "ops.sagas", choice });
  const at = decodeCursor(cursor, ["string", "string", "string"], list);
  const after = at && { createdAt: at[0], type: at[1], id: at[2] };
  const pages = await Promise.all(hosts.map((host) => call(host.sagaList, { ...choice, limit: limit + 1, ...(after && { after }) })));
  const oldestFirst = choice.state !== undefined && !ended.has(choice.state);
  return merged(pages, {
    limit,
    by: ({ createdAt, type, id }) => (oldestFirst ? [createdAt, type, id] : [type, id]),
    falling: !oldestFirst,
    cursorOf: ({ createdAt, type, id }) => encodeCursor([createdAt, type, id], list),
  });
});

export const readSaga = handler(ops.saga, ({ params, call }) => ofHost((host) => call(host.sagaShow, params)));

export const retrySaga = handler(ops.retry, (ctx) => ofHost((host) => ctx.call(host.sagaRetry, signed(ctx))));

export const skipStep = handler(ops.skip, (ctx) => ofHost((host) => ctx.call(host.sagaSkip, signed(ctx))));

export const compensateSaga = handler(ops.compensate, (ctx) => ofHost((host) => ctx.call(host.sagaCompensate, signed(ctx))));

/** Whoever is signed in is who acts. */
function signed<P extends { userId: string }>({ params: { userId: who, ...params } }: Ctx<P>): Omit<P, "userId"> & { who: string } {
  return { ...params, who };
}
