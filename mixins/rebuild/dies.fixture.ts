/**
 * Rebuilds in a process of its own, while more is published, and kills itself at the n-th moment at which something has just been, or is just
 * to be, said to the database or the bus; when there is no such moment it ends with 0.
 */
import type { Database } from "../database";
import { createEmbeddedBus, type EventBus } from "../event-bus";
import { startReader } from "./reader.fixture";

let left = Infinity;

function moment(): void {
  if (--left <= 0) process.kill(process.pid, "SIGKILL");
}

async function between<T>(work: () => Promise<T>): Promise<T> {
  moment();
  const result = await work();
  moment();
  return result;
}

const dyingBus = (bus: EventBus): EventBus => ({
  start: () => bus.start(),
  stop: () => bus.stop(),
  ensureTopics: (topics) => bus.ensureTopics(topics),
  read: (ranges) => bus.read(ranges),
  publish: (messages) => bus.publish(messages),
  progress: (group, topics) => between(() => bus.progress(group, topics)),
  forget: (group) => between(() => bus.forget(group)),
  subscribe: (options) => {
    if (!options.group.includes(".rebuild-")) return bus.subscribe(options);
    return between(() => bus.subscribe({ ...options, onBatch: (messages) => between(() => options.onBatch(messages)) }));
  },
});

/** Everything but its transactions is the database's own. */
const dyingDatabase = (db: Database): Database =>
  new Proxy(db, {
    get(target, name) {
      if (name === "transaction") return (...args: Parameters<Database["transaction"]>) => between(() => target.transaction(...args));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });

async function run([url = "", file = "", nth = ""]: readonly string[]): Promise<void> {
  const bus = dyingBus(createEmbeddedBus({ file, partitions: 3 }));
  await bus.start();
  // No heartbeat of a lease among the moments.
  const reader = await startReader({ url, bus, around: dyingDatabase, leaseMs: 60_000 });
  reader.consumer.start();
  const publish = (name: string) => reader.publish(Array.from({ length: 30 }, (_, n) => `${process.pid}-${name}-${n}`));
  await publish("before");
  await reader.consumer.settled();
  left = Number(nth);
  await Promise.all([reader.rebuilds.begin(), publish("meanwhile")]);
  await reader.ended();
  process.exit(0);
}

void run(process.argv.slice(2));
