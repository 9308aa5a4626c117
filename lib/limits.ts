import type { ActionSchema, Middleware, Service, ServiceSchema } from "moleculer";

import { configOf } from "./config";

/** What kind of work an action is, as `lib/service.ts` notes it beside the handler. */
export type ActionKind = "read" | "write" | "wait";

/** Reads that pile up only make everything late, so few of them run at once; writes share transactions, so many may wait for one. */
const bulkheads = {
  read: { enabled: true, concurrency: 64, maxQueueSize: 256 },
  write: { enabled: true, concurrency: 512, maxQueueSize: 5_000 },
} as const;

/** Gives each action the bulkhead and the time that its kind needs. One that waits for a saga may take longer than the wait itself. */
export const limits: Middleware = {
  name: "limits",
  serviceCreating(service: Service, schema: ServiceSchema) {
    for (const action of Object.values(schema.actions ?? {}) as (ActionSchema & { kind?: ActionKind; timeout?: number })[]) {
      if (action.kind === undefined) continue;
      action.bulkhead = bulkheads[action.kind === "read" ? "read" : "write"];
      if (action.kind === "wait") action.timeout = configOf(service.broker).orderTimeoutMs;
    }
  },
};
