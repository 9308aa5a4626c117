/** What a bus on servers must do while these die: the second suite for such buses. */
import { pause } from "../waiting";
import { MessageRejectedError } from "./errors";
import { lagOf, type BusMessage, type EventBus, type ReceivedMessage } from "./types";

export interface BusThroughOutages {
  /** Another bus on the same servers. */
  bus(): EventBus;
  /** Takes away a server that matters, and brings it back; called again and again. */
  outage(): Promise<void>;
  outages: number;
}

/** I7: what was acknowledged is there, and the messages of a key come in their order when repetitions are left out. */
export function busThroughOutages(name: string, make: () => Promise<BusThroughOutages>): void {
  test(`I7: ${name} loses nothing that it acknowledged, whatever server dies, and keeps a key in order`, async () => {
    const { bus: newBus, outage, outages } = await make();
    const [publishing, consuming] = [newBus(), newBus()];
    await Promise.all([publishing.start(), consuming.start()]);
    const topic = `outages.v${Date.now()}`;
    await publishing.ensureTopics([topic]);
    const received: ReceivedMessage[] = [];
    const consumed = async (messages: readonly ReceivedMessage[]) => void received.push(...messages);
    await consuming.subscribe({ group: "g", topics: [topic], maxBatch: 50, onBatch: consumed });

    let disturbing = true;
    let repeated = 0;
    /** As a relay does: from the oldest on, the next only when all of these are certain. */
    const publisher = async (list: number) => {
      let n = 0;
      for (; disturbing; n++) {
        const messages = Array.from({ length: 8 }, (_, key): BusMessage => ({
          topic,
          key: `${list}-${key}`,
          headers: {},
          payload: String(n),
        }));
        for (let sent = false; !sent;) {
          try {
            await publishing.publish(messages);
            sent = true;
          } catch (error) {
            if (error instanceof MessageRejectedError) throw error;
            repeated++;
            await pause(50);
          }
        }
      }
      return n;
    };
    const publishers = [0, 1, 2].map(publisher);
    for (let count = 0; count < outages; count++) await outage();
    disturbing = false;
    const counts = await Promise.all(publishers);
    while ((await lagOf(consuming, "g", [topic]).catch(() => ({ [topic]: 1 })))[topic] !== 0) await pause(50);
    await Promise.all([publishing.stop(), consuming.stop()]);

    expect(repeated).toBeGreaterThan(0);
    for (const [list, count] of counts.entries())
      for (let key = 0; key < 8; key++) {
        const ns = received.filter((one) => one.key === `${list}-${key}`).map(({ payload }) => Number(payload));
        expect([...new Set(ns)]).toEqual(Array.from({ length: count }, (_, n) => n));
      }
  }, 180_000);
}
