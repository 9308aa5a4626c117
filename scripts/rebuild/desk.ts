/** Where a rebuild is asked for: in a running shop over HTTP, or in one that is started for it. */
import type { z } from "zod";

import type { Config } from "../../lib/config";
import { readModel, rebuildView } from "../../lib/read-models/contract";
import { domainServices } from "../../services";
import { ops } from "../../services/ops/ops.contract";
import { reasonOf, ShopAway, staffToken } from "../reconcile/running-shop";
import { reachable, runShop } from "../shop";

export type Rebuild = z.output<typeof rebuildView>;

export interface Desk {
  begin(source: Rebuild["source"] | undefined): Promise<Rebuild>;
  status(): Promise<Rebuild | undefined>;
  close(): Promise<void>;
}

const patienceMs = 10_000;

/** @param url of a shop that must answer. Without it the one of the configuration is asked, and one is started when it isn't there. */
export async function openDesk(config: Config, service: string, url: string | undefined): Promise<Desk> {
  const where = url ?? (config.port === 0 ? undefined : `http://${reachable(config.host)}:${config.port}`);
  if (where === undefined) return ownShop(config, service);
  const base = where.replace(/\/$/, "");
  try {
    await fetch(`${base}/health/live`, { signal: AbortSignal.timeout(patienceMs) }); // before a token, for which there may be no key
    const asked = overHttp(base, config, service);
    await asked.status();
    return asked;
  } catch (error) {
    if (url === undefined && isNobodyThere(error)) return ownShop(config, service);
    throw new ShopAway(`${where} can't be asked: ${reasonOf(error)}`);
  }
}

const isNobodyThere = (error: unknown): boolean => (error as { cause?: { code?: string } }).cause?.code === "ECONNREFUSED";

function overHttp(where: string, config: Config, service: string): Desk {
  const [method, path = ""] = ops.$actions.rebuild.rest!.route.split(" ");
  const url = `${where}/api/v1${path.replace(":service", service)}`;
  const ask = async (init: RequestInit = {}): Promise<unknown> => {
    const headers = { Authorization: `Bearer ${await staffToken(config, "rebuild")}`, "content-type": "application/json" };
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(patienceMs) });
    const body: unknown = await response.json().catch(() => undefined); // what isn't JSON has a status all the same
    if (response.status === 401) throw new ShopAway(`${where} doesn't know our key, so it is another shop`);
    if (response.ok) return body;
    const { detail, title } = (body ?? {}) as { detail?: string; title?: string };
    throw new ShopAway(`${where} answers ${response.status}: ${[title, detail].filter(Boolean).join(": ")}`);
  };
  return {
    begin: async (source) => rebuildView.parse(await ask({ method, body: JSON.stringify(source ? { source } : {}) })),
    status: async () => ops.$actions.rebuildStatus.result.parse(await ask()).rebuild,
    close: async () => undefined,
  };
}

/** Beside other nodes the service alone; in a data folder of one process all of them, as orders that are under way need each other. */
async function ownShop(config: Config, service: string): Promise<Desk> {
  const services = config.transporter ? [service] : Object.keys(domainServices);
  const { broker, stop } = await runShop({ ...config, services });
  const { rebuild, rebuildStatus } = readModel(service);
  return {
    begin: (source) => broker.call<Rebuild, object>(rebuild.name, { source }),
    status: async () => (await broker.call<{ rebuild?: Rebuild }, object>(rebuildStatus.name, {})).rebuild,
    close: stop,
  };
}
