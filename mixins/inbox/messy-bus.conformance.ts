import { v7 } from "uuid";

import { testDatabaseUrl } from "../../test/support/database";
import { Dice, randomFrom } from "../../test/support/random";
import type { BusMessage } from "../event-bus";
import { busOf, type DyingReader } from "./dying-reader.fixture";
import { keyOf, startPair } from "./pair.fixture";

const keys = 40;
const each = 25;

/** `INBOX_SEED` repeats a run. */
const seed = Number(process.env.INBOX_SEED ?? Date.now() % 1_000_000);

const eventOf = (id: string | null, key: string): BusMessage => ({
  topic: "pair.v1",
  key,
  headers: { ce_id: v7(), ce_type: "fact.written", ce_time: new Date().toISOString() },
  payload: JSON.stringify({ id }),
});

/** I7: whatever is repeated, mixed in or can't be read, each event has its effect once, in the order of its key, and what can't is a dead letter. */
export function messyBusConformance(name: string, make: () => Promise<DyingReader["bus"]>): void {
  test(`I7: over ${name}, of events with repetitions, malformed ones and a poisonous one only the latter are dead letters (seed ${seed})`, async () => {
    const dice = new Dice(randomFrom(seed));
    const bus = busOf(await make());
    const pair = await startPair({ writerUrl: await testDatabaseUrl("writer"), readerUrl: await testDatabaseUrl("reader"), bus });
    const ids: string[] = [];
    const dead: BusMessage[] = [];
    const sent: BusMessage[] = [];
    const left = Array.from({ length: keys }, (_, key) => ({ key: String(key), n: 0 }));
    const publish = async (message: BusMessage) => {
      sent.push(message);
      await bus.publish([message]);
    };
    const poison = eventOf(null, "7");
    while (left.length > 0) {
      const at = dice.int(0, left.length - 1);
      const { key } = left[at]!;
      const id = `${v7()}/${key}`;
      ids.push(id);
      await publish(eventOf(id, key));
      if (++left[at]!.n === each) left.splice(at, 1);
      if (dice.chance(0.1)) await bus.publish([dice.one(sent as [BusMessage])]);
      if (dice.chance(0.01)) {
        const malformed = dice.one([{ payload: "{" }, { headers: {} }] as const);
        dead.push({ ...eventOf("x", key), ...malformed });
        await bus.publish([dead.at(-1)!]);
      }
      if (ids.length === 300) {
        dead.push(poison);
        await bus.publish([poison]);
      }
    }
    await pair.settled();
    const noted = await pair.noted();
    const letters = await pair.deadLetters(dead.length);
    await pair.broker.stop();
    await bus.stop();

    for (let key = 0; key < keys; key++) {
      const of = (all: readonly string[]) => all.filter((id) => keyOf(id) === String(key));
      expect([key, of(noted)]).toEqual([key, of(ids)]);
    }
    expect(letters.toSorted()).toEqual(dead.map(({ payload }) => payload).toSorted());
  });
}
