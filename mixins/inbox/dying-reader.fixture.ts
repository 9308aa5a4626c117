/** Runs the pair in a process of its own, which kills itself at a named point of its first batch. */
import { createEmbeddedBus, createKafkaBus, type EventBus } from "../event-bus";
import { startPair } from "./pair.fixture";

/** Between the fetch of a batch and the commit of its offset. */
export const points = ["fetched", "applied, not committed", "committed, its offset not"] as const;

export interface DyingReader {
  writerUrl: string;
  readerUrl: string;
  bus: { file: string } | { brokers: string[]; prefix: string };
  point: (typeof points)[number];
}

export const busOf = (bus: DyingReader["bus"]): EventBus =>
  "file" in bus ? createEmbeddedBus(bus) : createKafkaBus({ ...bus, sessionMs: 1_000, retryMs: { base: 1, cap: 10 } });

async function run({ bus, point, ...urls }: DyingReader): Promise<void> {
  const dieAt = (reached: DyingReader["point"]) => {
    if (point === reached) process.kill(process.pid, "SIGKILL");
  };
  const real = busOf(bus);
  const dying: EventBus = Object.assign(Object.create(real) as EventBus, {
    ...Object.fromEntries(
      ["start", "stop", "publish", "ensureTopics", "progress"].map((name) => [name, bound(real, name as keyof EventBus)]),
    ),
    subscribe: (options: Parameters<EventBus["subscribe"]>[0]) =>
      real.subscribe({
        ...options,
        async onBatch(messages) {
          dieAt("fetched");
          await options.onBatch(messages);
          dieAt("committed, its offset not");
        },
      }),
  });
  await startPair({ ...urls, bus: dying, applied: () => dieAt("applied, not committed") });
}

const bound = (bus: EventBus, name: keyof EventBus) => (bus[name] as (...args: never[]) => unknown).bind(bus);

if (require.main === module) void run(JSON.parse(process.argv[2] ?? "") as DyingReader);
