/** How a script of the shop ends. Imports nothing, so that signals are listened to before the shop is loaded. */

/** Says why the process can't go on and ends it: one line for what its user can change, the stack for what he can't. */
export function fail(error: unknown, code = 1): never {
  console.error(lineOf(error) ?? error);
  process.exit(code);
}

/** By name: their modules take a while to load, and this one is there before everything else. */
const explained = new Set(["ConfigError", "DataDirError", "ListenError", "DatabaseUnusable", "NatsAway", "ShopAway", "TopicsError"]);

function lineOf(error: unknown): string | undefined {
  return error instanceof Error && explained.has(error.name) ? error.message : undefined;
}

/**
 * Runs `drain` at the first SIGINT or SIGTERM and exits 0; a second one ends the process at once. What follows within a second is the
 * same one: npm passes a signal on although the terminal, or a kill of the group, has sent it to everybody already.
 */
export function onStopSignal(drain: () => Promise<void>): void {
  let first: number | undefined;
  const stop = (_name: NodeJS.Signals, signal: number) => {
    if (first !== undefined && Date.now() - first < 1_000) return;
    if (first !== undefined) process.exit(128 + signal);
    first = Date.now();
    drain().then(() => process.exit(0), fail);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
}
