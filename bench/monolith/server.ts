/**
 * The baseline's process. Its parent forks it with `Options` as JSON; it says where it is when it is ready, and answers `"cpu"` with the CPU
 * time that it has used. SIGTERM drains and exits 0; without a parent it exits 1.
 */
import { fail, onStopSignal } from "../../scripts/process";
import { startMonolith } from "./monolith";
import type { Options, Told } from "./options";

const tell = (told: Partial<Told>) => process.send?.(told);

const started = startMonolith(JSON.parse(process.argv[2] ?? "{}") as Options);
process.on("message", (message) => {
  if (message !== "cpu") return;
  const { user, system } = process.cpuUsage();
  tell({ cpuMs: (user + system) / 1_000 });
});
process.on("disconnect", () => process.exit(1));
onStopSignal(async () => (await started).stop());
started.then(({ url }) => tell({ url }), fail);
