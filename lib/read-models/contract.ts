/** The actions that a service has because it has a read model: how operators have it built anew. */
import { z } from "zod";

import { action, contract } from "../contract";
import { nothing, time } from "../schemas";

/** How a rebuild stands. */
export const rebuildView = z
  .strictObject({
    id: z.string(),
    state: z.enum(["BUILDING", "CATCHING_UP", "DONE", "FAILED"]).meta({
      description:
        "BUILDING: beside the model in use. CATCHING_UP: in its place, and what was applied to the old one alone is being applied",
    }),
    source: z.enum(["TOPICS", "OWNERS"]).meta({ description: "OWNERS: the owning services are read before the topics" }),
    done: z.int().meta({ description: "Messages that were applied, of `total`; while the owners are read the rows of these" }),
    total: z.int(),
    skipped: z.int().meta({ description: "Events that can't be applied" }),
    startedAt: time,
    endedAt: time.optional(),
    error: z.string().optional(),
  })
  .meta({ id: "Rebuild" });

/** Where a rebuild begins. Without it: at the beginning of the topics if that is still there. */
export const rebuildSource = z.strictObject({
  source: z.enum(["TOPICS", "OWNERS"]).optional().meta({ description: "OWNERS reads the owning services in any case" }),
});

export const readModelActions = {
  rebuild: action({ params: rebuildSource, result: rebuildView, refuses: ["REBUILD_RUNNING", "UNAVAILABLE"] }),
  rebuildStatus: action({ params: nothing, result: z.strictObject({ rebuild: rebuildView.optional() }), refuses: ["UNAVAILABLE"] }),
};

/** The contract of a service that has a read model, as far as operators go. */
export const readModel = <N extends string>(service: N) => contract(service, { actions: readModelActions });
/** Any of them. */
export type ReadModelService = ReturnType<typeof readModel>;
