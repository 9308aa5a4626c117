/**
 * Many sagas at once in a world where messages are lost, repeated, delayed and delivered after the end, owners are killed or frozen past
 * their lease, clocks jump past the deadline, and the provider knows nothing for a while. What happens to a message is drawn from the seed
 * and the message itself, not from the order of events, so that a seed brings back the same mishaps. To see a failure again, add its seed.
 */
import { randomInt } from "node:crypto";

import { waitFor } from "../../test/support/wait";
import { refused } from "../outcome";
import type { Performed } from "../participant";
import { bookTrip, stepNames, type Trip } from "./trips.fixture";
import { frozen, Scene, type Message, type TestEngine } from "./world.fixture";

const seeds = [...Array.from({ length: 20 }, (_, index) => index + 1), randomInt(1000, 1_000_000_000)];
const sagas = 12;

const scene = new Scene();

/** A number in [0, 1) that depends on nothing but what it is given. */
function draw(...from: (string | number)[]): number {
  let hash = 2166136261;
  for (const letter of from.join("/")) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

class Simulation {
  readonly #live: TestEngine[] = [];
  readonly #lost: Message[] = [];
  readonly #sent = new Map<string, number>();
  #deaths = 0;
  readonly trips: Trip[];

  constructor(private readonly seed: number) {
    this.trips = Array.from({ length: sagas }, (_, index) => this.#trip(`s${seed}-${index}`));
  }

  async run(): Promise<void> {
    await this.#join();
    await this.#join();
    this.trips.forEach(
      (input, index) => void this.#live[index % 2]?.engine.run(bookTrip, { id: input.id, input }, 0).catch(() => undefined),
    );
    await waitFor(() => this.#allEnded(), { what: `the end of all sagas of seed ${this.seed}`, timeoutMs: 20_000 });
    await Promise.allSettled(this.#lost.map((message) => message.send()));
  }

  #trip(id: string): Trip {
    const refuse = ["seat", "hotel", "guide", "charge"][Math.floor(draw(id, "refuse") * 12)];
    const answers: Performed[] = Array.from({ length: Math.floor(draw(id, "unknown") * 3) }, () => ({ state: "unknown" }));
    if (draw(id, "declined") < 0.15) answers.push({ state: "declined", refusal: refused("DECLINED") });
    scene.world.provider.answers.set(id, answers);
    return { id, ...(refuse && { refuse }), cash: draw(id, "cash") < 0.5, day: draw(id, "day") < 0.2 };
  }

  /** A new process. Nobody renews a lease: an expired owner stays a zombie. */
  async #join(): Promise<void> {
    const number = this.#live.length;
    const late = draw(this.seed, "late", number) < 0.2 && number > 1 ? 600_000 : 0;
    const joined = scene.world.engine({
      clock: () => Date.now() + late,
      timings: { ...frozen, maxReleases: 10_000, maxRecoveries: 10_000, retries: 2 },
      faults: (message) => this.#deliver(message, joined),
    });
    this.#live.push(joined);
    await joined.engine.open();
  }

  async #deliver(message: Message, sender: TestEngine): Promise<unknown> {
    const name = [this.seed, message.action, ...message.calls.map(({ id }) => id)].join("/");
    const time = (this.#sent.get(name) ?? 0) + 1;
    this.#sent.set(name, time);
    const happens = (what: string, share: number) => draw(name, time, what) < share;
    if (happens("delay", 0.2)) await new Promise((resolve) => setTimeout(resolve, draw(name, "ms") * 8));
    if (happens("lost", 0.08)) {
      this.#lost.push(message);
      throw new Error("lost on the way");
    }
    if (happens("crash before", 0.03)) await this.#kill(message);
    if (happens("repeated", 0.08)) await message.send().catch(() => undefined);
    const answer = await message.send();
    if (happens("crash after", 0.03)) await this.#kill(message);
    if (happens("frozen", 0.04)) await this.#freeze(sender);
    if (happens("reply lost", 0.08)) throw new Error("the reply was lost");
    return answer;
  }

  /** Not for ever: somebody has to finish. */
  async #kill(message: Message): Promise<void> {
    if (++this.#deaths > 8) return;
    await message.crash();
    await this.#join();
  }

  async #freeze(owner: TestEngine): Promise<void> {
    if (++this.#deaths > 8) return;
    await scene.world.expire(owner.engine.owner);
    await this.#join();
  }

  async #allEnded(): Promise<boolean> {
    const rows = await scene.world.db.select<{ open: number }>(
      "select count(*) as open from saga_instance where business_key in (?) and owner is null",
      [this.trips.map(({ id }) => id)],
    );
    return rows[0]?.open === sagas;
  }
}

const seen: Record<string, number> = { COMPLETED: 0, COMPENSATED: 0 };

test.each(seeds)(
  "I1, I2, I5, I6: seed %i",
  async (seed) => {
    const simulation = new Simulation(seed);
    await simulation.run();
    for (const { id, day } of simulation.trips) {
      const ends = await scene.world.ends(id);
      expect([id, ends.length]).toEqual([id, 1]);
      const state = ends[0]?.state ?? "";
      seen[state] = (seen[state] ?? 0) + 1;
      const effects = await scene.world.effects(id);
      for (const name of stepNames) {
        const expected = state === "COMPLETED" && !(day && name === "hotel") ? 1 : 0;
        expect([id, name, effects[name]?.net]).toEqual([id, name, expected]);
        expect(effects[name]?.done).toBeLessThanOrEqual(1);
      }
    }
  },
  30_000,
);

test("a world in which nothing happens would hold as well: many sagas succeed and many don't", () => {
  expect(seen.COMPLETED).toBeGreaterThan(seeds.length);
  expect(seen.COMPENSATED).toBeGreaterThan(seeds.length);
});
