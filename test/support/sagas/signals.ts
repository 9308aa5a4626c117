import { Owner } from "./owner";
import type { VirtualTime } from "./virtual-time";
import type { SagaWorld } from "./world";

const lookMs = 500;

/** Sends the saga each of its signals when it waits for it, as somebody outside of it does; `silent` is never sent. */
export async function signalWhenAwaited(
  { host, saga, signals = {}, call }: SagaWorld,
  { id, silent, time }: { id: string; silent?: string; time: VirtualTime },
): Promise<void> {
  const { type } = saga.definition;
  const { engine } = new Owner({ ...{ name: "outside", host, sagas: [saga], time, call }, pass: async () => undefined });
  const names = Object.keys(signals).filter((name) => name !== silent);
  while (names.length > 0) {
    await time.pause(lookMs);
    const { waitsFor } = (await engine.status(type, id)) ?? {};
    const [name] = names.splice(0, names[0] === waitsFor?.name ? 1 : 0);
    if (name !== undefined) await engine.signal(type, id, name, signals[name]);
  }
}
