import type { Config } from "../../lib/config";
import { readUnderWay } from "../../scripts/reconcile";
import { waitFor } from "./wait";

/** Resolves when everything under way in the shop has ended: every order is final, and every event sent and applied. */
export async function quiet({ config }: { config: Config }, timeoutMs = 30_000): Promise<void> {
  const isQuiet = async () => (await readUnderWay(config)).length === 0;
  await waitFor(isQuiet, { what: "everything under way to end", timeoutMs, everyMs: 50 });
}
