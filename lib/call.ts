/** Calls to other services by their contracts. */
import type { Context, Service, ServiceBroker } from "moleculer";

import type { ActionRef, BatchRef, ParamsOf, ResultOf } from "../mixins/action-ref";
import { createBatchCaller } from "../mixins/batch-call";
import type { Outcome } from "../mixins/outcome";
import { inSpan } from "../mixins/tracing";
import { errorOf } from "./errors";
import type { Call, RequestMeta } from "./handlers";
import { oncePer } from "./once-per";
import { traceOf } from "./trace";

/**
 * One for a node. Its messages carry no meta, and so no trace: one message serves several requests, and calls with meta of their own would
 * travel alone. What a caller waits for is a span of his own trace all the same.
 */
const batchCallerOf = oncePer((broker: ServiceBroker) =>
  createBatchCaller((action, params, { timeoutMs, meta }) => broker.call(action, params, { timeout: timeoutMs, meta })),
);

/**
 * The `call` of a handler: an ordinary action is called on behalf of the request `ctx`, a set-based read together with other requests.
 * What a service does of itself is on nobody's behalf: it has no `ctx`.
 */
export function callerFor(host: Service, ctx?: Context<unknown, RequestMeta>): Call {
  return async <A extends ActionRef | BatchRef>(ref: A, params: ParamsOf<A>): Promise<ResultOf<A>> => {
    if (ref.kind === "action") return (ctx ?? host.broker).call(ref.name, params as object);
    const make = () => batchCallerOf(host.broker)<unknown, Outcome<ResultOf<A>>>(ref.name, params);
    const trace = traceOf(ctx?.meta ?? {});
    const outcome = await inSpan(host.broker, { name: ref.name, type: "call", service: host.name }, { trace }, make);
    if (!outcome.ok) throw errorOf(outcome);
    return outcome.result;
  };
}
