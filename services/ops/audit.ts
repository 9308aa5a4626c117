import { decodeCursor, encodeCursor } from "../../lib/cursor";
import { handler } from "../../lib/handlers";
import { merged } from "../../lib/merged";
import { listOf } from "../../lib/paging";
import { hosts } from "./hosts";
import { ops } from "./ops.contract";

/** What operators did, the newest first. */
export const readAudit = handler(ops.audit, async ({ params: { limit, cursor, ...choice }, call }) => {
  const list = listOf({ name: "ops.audit", choice });
  const end = decodeCursor(cursor, ["string", "string", "number"], list);
  const before = end && { at: end[0], type: end[1], number: end[2] };
  const pages = await Promise.all(hosts.map((host) => call(host.sagaAudit, { ...choice, limit: limit + 1, ...(before && { before }) })));
  return merged(pages, {
    limit,
    by: ({ at, type, number }) => [at, type, number],
    falling: true,
    cursorOf: ({ at, type, number }) => encodeCursor([at, type, number], list),
  });
});
