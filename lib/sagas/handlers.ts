/** Carries out the actions of `contract.ts` on the sagas of the service. */
import { done, type Outcome } from "../../mixins/outcome";
import type { Sagas, SagaStatus } from "../../mixins/saga";
import { ShopError } from "../errors";
import { command, handler, type CommandCall } from "../handlers";
import { sagaHost } from "./contract";
import { auditViewOf, detailsViewOf, type SagaView, viewOf } from "./views";

/** The names are those of every host. */
const host = sagaHost("any");

export const sagaHandlers = {
  sagaList: handler(host.sagaList, async ({ params: { after, ...filter }, sagas }) => {
    const found = await sagas.list({ ...filter, ...(after && { after: { ...after, createdAt: Date.parse(after.createdAt) } }) });
    return found.map(viewOf);
  }),
  sagaShow: handler(host.sagaShow, async ({ params: { type, id }, sagas }) => {
    const found = await sagas.show(type, id);
    if (!found) throw new ShopError("SAGA_NOT_FOUND");
    return detailsViewOf(found);
  }),
  sagaRetry: command(host.sagaRetry, (calls, tx) => each(calls, (sagas, { type, id, ...by }) => sagas.retry(type, id, by, tx))),
  sagaSkip: command(host.sagaSkip, (calls, tx) =>
    each(calls, (sagas, { type, id, step, result, ...by }) => sagas.skip(type, id, { step, result }, by, tx)),
  ),
  sagaCompensate: command(host.sagaCompensate, (calls, tx) =>
    each(calls, (sagas, { type, id, ...by }) => sagas.compensate(type, id, by, tx)),
  ),
  sagaAudit: handler(host.sagaAudit, async ({ params: { before, ...filter }, sagas }) => {
    const found = await sagas.audit({ ...filter, ...(before && { before: { ...before, at: Date.parse(before.at) } }) });
    return found.map(auditViewOf);
  }),
};

/** One after the other: they are given by hand, and seldom two at once. */
async function each<P>(
  calls: readonly CommandCall<P>[],
  act: (sagas: Sagas, params: P) => Promise<Outcome<SagaStatus>>,
): Promise<Outcome<SagaView>[]> {
  const outcomes: Outcome<SagaView>[] = [];
  for (const { sagas, params } of calls) {
    if (!sagas) throw new Error("this service hosts no sagas");
    const outcome = await act(sagas, params);
    outcomes.push(outcome.ok ? done(viewOf(outcome.result)) : outcome);
  }
  return outcomes;
}
