/** What operators see of sagas and do to them, whichever service hosts them. */
import { decodeCursor, encodeCursor } from "../../lib/cursor";
import { handler } from "../../lib/handlers";
import { merged } from "../../lib/merged";
import { listOf } from "../../lib/paging";
import { askHost, sagaOrder } from "../../lib/sagas/hosts";
import { hosts } from "./hosts";
import { ops } from "./ops.contract";
import { signed } from "./signed";

export const listSagas = handler(ops.sagas, async ({ params: { limit, cursor, ...choice }, call }) => {
  const list = listOf({ name: "ops.sagas", choice });
  const at = decodeCursor(cursor, ["string", "string", "string"], list);
  const after = at && { createdAt: at[0], type: at[1], id: at[2] };
  const pages = await Promise.all(hosts.map((host) => call(host.sagaList, { ...choice, limit: limit + 1, ...(after && { after }) })));
  return merged(pages, {
    limit,
    ...sagaOrder(choice.state),
    cursorOf: ({ createdAt, type, id }) => encodeCursor([createdAt, type, id], list),
  });
});

export const readSaga = handler(ops.saga, ({ params, call }) => askHost(hosts, (host) => call(host.sagaShow, params)));

export const retrySaga = handler(ops.retry, (ctx) => askHost(hosts, (host) => ctx.call(host.sagaRetry, signed(ctx))));

export const skipStep = handler(ops.skip, (ctx) => askHost(hosts, (host) => ctx.call(host.sagaSkip, signed(ctx))));

export const compensateSaga = handler(ops.compensate, (ctx) => askHost(hosts, (host) => ctx.call(host.sagaCompensate, signed(ctx))));
