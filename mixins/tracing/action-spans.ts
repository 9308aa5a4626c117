/**
 * Spans of actions. Moleculer's own middleware takes the request id for the trace's, and 36 characters for an id; here both are W3C's and
 * travel in `meta.traceparent`, so that one trace goes through calls, sagas and events. It shows no parameters: they may hold passwords.
 */
import type { ActionHandler, ActionSchema, Context, Middleware, ServiceBroker, Span } from "moleculer";

import { idsUnder, traceparentOf } from "./spans";
import { parseTraceparent } from "./traceparent";

type Traced = Context<unknown, { traceparent?: string }>;

/** Gives every action a span, but those that say `tracing: false`. To be left out when there is no tracing: then it costs nothing. */
export const actionSpans: Middleware = {
  name: "action-spans",
  localAction(this: ServiceBroker, next: ActionHandler, action: ActionSchema) {
    if (action.tracing === false) return next;
    return async function spanned(this: unknown, ctx: Traced): Promise<unknown> {
      const { traceparent } = ctx.meta;
      const span = begin(ctx, traceparent);
      ctx.meta.traceparent = traceparentOf(span);
      try {
        return await (next as (ctx: Traced) => Promise<unknown>).call(this, ctx);
      } catch (error) {
        span.setError(error as Error);
        throw error;
      } finally {
        // Moleculer copies a callee's meta into its caller's.
        if (traceparent === undefined) delete ctx.meta.traceparent;
        else ctx.meta.traceparent = traceparent;
        ctx.finishSpan(span);
      }
    } as ActionHandler;
  },
} as Middleware;

function begin(ctx: Traced, traceparent: string | undefined): Span {
  const { action, service, nodeID, broker, level } = ctx;
  return ctx.startSpan(action?.name ?? "action", {
    type: "action",
    service,
    tags: { level, node: broker.nodeID, remote: nodeID !== broker.nodeID },
    ...idsUnder(parseTraceparent(traceparent)),
  });
}
