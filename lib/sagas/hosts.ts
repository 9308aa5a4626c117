/** Sagas whose host isn't known, or that several hosts have. */
import { isEnded } from "../../mixins/saga";
import { ShopError } from "../errors";
import type { Merging } from "../merged";
import type { SagaHost } from "./contract";
import type { SagaView } from "./views";

/**
 * What the host says that knows the saga; they are asked one after the other.
 * @throws ShopError SAGA_NOT_FOUND without hosts; what the last one throws when none knows it
 */
export async function askHost<R>([host, ...others]: readonly SagaHost[], ask: (host: SagaHost) => Promise<R>): Promise<R> {
  if (!host) throw new ShopError("SAGA_NOT_FOUND");
  try {
    return await ask(host);
  } catch (error) {
    if (others.length > 0 && (error as { type?: unknown }).type === "SAGA_NOT_FOUND") return askHost(others, ask);
    throw error;
  }
}

/** The order in which each host lists its own: those of an open state the oldest first, others by type and id, the greatest first. */
export function sagaOrder(state: SagaView["state"] | undefined): Pick<Merging<SagaView>, "by" | "falling"> {
  const oldestFirst = state !== undefined && !isEnded(state);
  return { by: ({ createdAt, type, id }) => (oldestFirst ? [createdAt, type, id] : [type, id]), falling: !oldestFirst };
}
