/** Carries out the actions of `contract.ts` on the dead letters of the service. */
import type { Within } from "../../mixins/inbox";
import { done, type Outcome } from "../../mixins/outcome";
import { errorOf, ShopError } from "../errors";
import { type Ctx, handler } from "../handlers";
import { answerOf, once } from "../once";
import { consumerOf } from "./contract";
import { auditViewOf, detailsViewOf, viewOf } from "./views";

/** The names are those of every consumer. */
const host = consumerOf("any");

export const deadLetterHandlers = {
  deadLetterList: handler(host.deadLetterList, async ({ params: { after, ...filter }, deadLetters }) => {
    const found = await deadLetters.list({ ...filter, ...(after && { after: { ...after, diedAt: Date.parse(after.diedAt) } }) });
    return found.map(viewOf);
  }),
  deadLetterShow: handler(host.deadLetterShow, async ({ params: { id }, deadLetters }) => {
    const found = await deadLetters.show(id);
    if (!found) throw new ShopError("DEAD_LETTER_NOT_FOUND");
    return detailsViewOf(found);
  }),
  deadLetterReplay: handler(host.deadLetterReplay, async (ctx) => {
    const { params, deadLetters } = ctx;
    const { id, dryRun, ...by } = params;
    if (!dryRun) return answered(ctx, await deadLetters.replay(id, by, underKey(ctx)));
    const replay = await deadLetters.tryOut(id);
    if (replay.verdict === "NOT_FOUND") throw new ShopError("DEAD_LETTER_NOT_FOUND");
    return replay;
  }),
  /** The key stands for the step as a whole: what was replayed before a crash is not replayed again, because it is OPEN no more. */
  deadLetterReplayAll: handler(host.deadLetterReplayAll, async (ctx) => {
    const { params, meta, db, deadLetters } = ctx;
    const { who, why, dryRun, ...choice } = params;
    if (dryRun) return deadLetters.tryOutAll(choice);
    const kept = await answerOf<Awaited<ReturnType<typeof deadLetters.replayAll>>>(meta.idempotency, db);
    if (kept) return answered(ctx, kept);
    const step = await deadLetters.replayAll(choice, { who, why });
    return meta.idempotency ? answered(ctx, await db.transaction((tx) => once(meta.idempotency, tx, async () => done(step)))) : step;
  }),
  deadLetterDiscard: handler(host.deadLetterDiscard, async (ctx) => {
    const { id, ...by } = ctx.params;
    return viewOf(answered(ctx, await ctx.deadLetters.discard(id, by, underKey(ctx))));
  }),
  deadLetterAudit: handler(host.deadLetterAudit, async ({ params: { before, ...filter }, deadLetters }) => {
    const found = await deadLetters.audit({ ...filter, ...(before && { before: { ...before, at: Date.parse(before.at) } }) });
    return found.map(auditViewOf);
  }),
};

const underKey =
  ({ meta }: Pick<Ctx<unknown>, "meta">): Within =>
  (tx, work) =>
    once(meta.idempotency, tx, work);

function answered<R>(ctx: Pick<Ctx<unknown>, "replayed">, outcome: Outcome<R>): R {
  if (outcome.replayed) ctx.replayed();
  if (!outcome.ok) throw errorOf(outcome);
  return outcome.result;
}
