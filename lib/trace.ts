import type { RequestMeta } from "./handlers";

/** What an event or a saga carries of the request that caused it. */
export function traceOf(meta: RequestMeta | undefined): Record<string, string> | undefined {
  return meta?.requestId === undefined ? undefined : { requestId: meta.requestId };
}
