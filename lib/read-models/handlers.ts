/** Carries out the actions of `contract.ts` on the read model of the service. */
import type { z } from "zod";

import type { Rebuilds, RebuildStatus } from "../../mixins/rebuild";
import { iso } from "../clock";
import { ShopError } from "../errors";
import { type Ctx, handler } from "../handlers";
import { readModel, type rebuildView } from "./contract";

/** The names are those of every service. */
const host = readModel("any");

export const readModelHandlers = {
  rebuild: handler(host.rebuild, async (ctx) => {
    const { begun, status } = await rebuildsOf(ctx).begin(ctx.params.source);
    if (!begun) throw new ShopError("REBUILD_RUNNING", `it is ${status.state} since ${iso(status.startedAt)}`);
    return viewOf(status);
  }),
  rebuildStatus: handler(host.rebuildStatus, async (ctx) => {
    const status = await rebuildsOf(ctx).status();
    return status ? { rebuild: viewOf(status) } : {};
  }),
};

function rebuildsOf({ rebuilds }: Pick<Ctx<unknown>, "rebuilds">): Rebuilds {
  if (!rebuilds) throw new ShopError("UNAVAILABLE", "this node consumes no events (EVENTS=off)");
  return rebuilds;
}

function viewOf({ startedAt, endedAt, ...status }: RebuildStatus): z.output<typeof rebuildView> {
  return { ...status, startedAt: iso(startedAt), ...(endedAt !== undefined && { endedAt: iso(endedAt) }) };
}
