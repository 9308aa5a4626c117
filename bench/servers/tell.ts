import { fail, onStopSignal } from "../../scripts/process";
import type { ChildMessage } from "./child";

/** The other end of a `Child`: a process that serves, drains when it is asked to stop, and ends with its parent. */
export function serve(start: (stopping: AbortSignal) => Promise<{ url: string | undefined; stop(): Promise<void> }>): void {
  const tell = (told: Partial<ChildMessage>) => process.send?.(told);
  process.on("disconnect", () => process.exit(1)); // the parent is gone
  const stopping = new AbortController();
  const started = start(stopping.signal);
  onStopSignal(async () => {
    stopping.abort();
    await (await started).stop();
  });
  started.then(({ url }) => {
    process.on("message", () => {
      const { user, system } = process.cpuUsage();
      tell({ cpuMs: (user + system) / 1_000 });
    });
    tell({ url: url ?? null });
  }, fail);
}
