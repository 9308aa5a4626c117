/** Tracing of a node, as `TRACING` says. */
import { type BrokerOptions, type Middleware, type TracerExporters, type TracerOptions } from "moleculer";

import { actionSpans, ZipkinExporter } from "../mixins/tracing";
import type { Config } from "./config";

type Exporter = TracerOptions["exporter"];

/** The part of the broker's options about tracing. Without it there are no spans, and `traceparent` is only handed on. */
export function tracing({ tracing: kind, zipkinUrl }: Config): Pick<BrokerOptions, "tracing"> {
  if (kind === "off") return { tracing: false };
  const exporter = kind === "console" ? ("Console" as const) : new ZipkinExporter({ baseURL: zipkinUrl });
  return {
    tracing: {
      enabled: true,
      exporter: exporter as TracerExporters.Base as unknown as Exporter, // Moleculer takes one that is made, its types don't know
      actions: false, // `actionSpans` takes its place
      errorFields: ["name", "type", "code"], // `data` may hold what isn't for others
    },
  };
}

/** What makes spans of actions; nothing without tracing. */
export const tracingMiddlewares = ({ tracing: kind }: Config): Middleware[] => (kind === "off" ? [] : [actionSpans]);
