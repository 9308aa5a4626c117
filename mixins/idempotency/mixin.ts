import type { ServiceSchema } from "moleculer";

import { cleanUpMixin, type CleanUpTimes } from "../clean-up";
import { defaultKeepMs } from "./idempotent";

/** `keepMs`: how long an answer is repeated; the same as the handlers'. */
export type IdempotencyMixinOptions = CleanUpTimes;

/** Removes old keys from the service's database now and then. Needs `databaseMixin`. */
export function idempotencyMixin({ keepMs = defaultKeepMs, ...options }: IdempotencyMixinOptions = {}): Partial<ServiceSchema> {
  return cleanUpMixin({ ...options, keepMs, table: "idempotency_key", key: "id", time: "created_at" });
}
