import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** kill -9. Resolves when the process is gone; at once when there is none. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
