/**
 * Many sagas at once on one log, run by engines that die, stand still and come again, over a network that loses, repeats, delays and
 * reorders, with participants that die too, databases that fail and a provider that doesn't know. All of it in virtual time and drawn from
 * one seed: so a seed is over in milliseconds, and does the same again.
 */
import { Dice, randomFrom } from "../../test/support/random";
import { Network } from "../../test/support/sagas/network";
import { createEndTable, keepingEnds, observe, type Observed } from "../../test/support/sagas/observed";
import { changesOf, undosTooEarly, violationsOf } from "../../test/support/sagas/verdict";
import { VirtualTime } from "../../test/support/sagas/virtual-time";
import { Weather } from "../../test/support/sagas/weather";
import type { RemoteCall } from "../batch-call";
import type { Database } from "../database";
import type { BoundSaga } from "./definition";
import { Customers } from "./simulated-customers.fixture";
import { Processes } from "./simulated-processes.fixture";
import { openTrips } from "./trip-world.fixture";
import { Provider, tripSaga } from "./trips.fixture";
import { waitingSagas } from "./waits.fixture";

export interface Simulated {
  violations: string[];
  /** Everything that happened, in its order and with its time. */
  trace: string[];
  /** How many sagas ended how, and how often what happened. */
  counts: Record<string, number>;
}

type Trips = Awaited<ReturnType<typeof openTrips>> & { sagas: readonly BoundSaga[] };

/** What everybody in a simulation lives in. */
export interface Surroundings {
  /** Nothing else is in its databases. */
  world: Trips;
  time: VirtualTime;
  dice: Dice;
  weather: Weather;
  note(what: string): void;
}

/** Simulates one seed after the other on the same databases, which are empty each time. */
export class Simulator {
  private constructor(private readonly world: Trips) {}

  static async open(): Promise<Simulator> {
    const trips = await openTrips();
    await createEndTable(trips.host);
    return new Simulator({ ...trips, sagas: [tripSaga, ...waitingSagas].map(keepingEnds) });
  }

  async simulate(seed: number): Promise<Simulated> {
    await Promise.all([
      empty(this.world.host, ["saga_instance", "saga_step", "saga_node", "saga_signal", "told_end", "trip_end"]),
      ...this.world.participants.map((db) => empty(db, ["saga_barrier", "saga_outside", "ledger", "charge"])),
    ]);
    return new Simulation(this.world, seed).run();
  }
}

async function empty(db: Database, tables: readonly string[]): Promise<void> {
  await db.transaction(
    async (tx) => {
      for (const table of tables) await tx.execute(`delete from ${table}`);
    },
    { durable: false },
  );
}

const stormMs = { least: 5_000, most: 90_000 };
const limitMs = 3_600_000;
const lookMs = 500;

class Simulation {
  readonly #around: Surroundings;
  readonly #customers: Customers;
  readonly #network: Network;
  readonly #processes: Processes;
  readonly #violations: string[] = [];
  readonly #trace: string[] = [];

  constructor(world: Trips, seed: number) {
    const [time, dice, provider] = [new VirtualTime(), new Dice(randomFrom(seed)), new Provider()];
    const begun = time.now();
    const note = (what: string) => void this.#trace.push(`${time.now() - begun} ${what}`);
    this.#around = { world, time, dice, note, weather: new Weather(dice) };
    this.#customers = new Customers(this.#around, provider);
    this.#network = new Network({ ...this.#around, deliver: (action, params) => this.#processes.deliver(action, params) });
    this.#processes = new Processes(this.#around, provider, (...message) => this.#send(...message));
  }

  async run(): Promise<Simulated> {
    const { time, dice, weather } = this.#around;
    const { bookings } = this.#customers;
    for (const booking of bookings) void this.#customers.book(booking, this.#processes.owners);
    void time.pause(dice.int(stormMs.least, stormMs.most)).then(() => weather.clear());
    await time.until(() => this.#allEnded(), limitMs).catch((error: Error) => this.#violations.push(`I6: ${error.message}`));
    const before = await this.#observed();
    await this.#afterwards();
    const after = await this.#observed();
    for (const [index, { trip, seen }] of bookings.entries()) {
      const [then, now] = [before[index], after[index]] as [Observed, Observed];
      const wrong = [...(await violationsOf(seen, now)), ...changesOf(then, now)];
      this.#violations.push(...wrong.map((one) => `${trip.id}: ${one}`));
    }
    return { violations: this.#violations, trace: this.#trace, counts: this.#counts(after) };
  }

  async #send(...message: Parameters<RemoteCall>): Promise<unknown> {
    const [action, params] = message;
    for (const { seen, trip } of this.#customers.bookings) {
      this.#violations.push(...(await this.#around.time.during(() => undosTooEarly(seen, trip.id, action, params))));
    }
    return this.#network.send(...message);
  }

  #nextLook = 0;

  async #allEnded(): Promise<boolean> {
    const { world, time } = this.#around;
    if (time.now() < this.#nextLook) return false;
    this.#nextLook = time.now() + lookMs;
    const ids = this.#customers.bookings.map(({ trip }) => trip.id);
    const ended = "select count(*) as n from saga_instance where owner is null and business_key in (?)";
    const [row] = await world.host.select<{ n: number }>(ended, [ids]);
    return row?.n === ids.length;
  }

  /** Who stands still wakes, and what is still on its way arrives. */
  async #afterwards(): Promise<void> {
    const { time, weather } = this.#around;
    weather.clear();
    for (const owner of this.#processes.owners) owner.wake();
    await time.elapse(5000);
    for (const owner of this.#processes.owners) owner.kill();
    await time.until(() => this.#network.empty, limitMs);
    this.#processes.killAll();
    await time.settled();
  }

  #observed(): Promise<Observed[]> {
    return Promise.all(this.#customers.bookings.map(({ seen, trip }) => observe(seen, trip.id)));
  }

  #counts(seen: readonly Observed[]): Record<string, number> {
    const count = (is: (one: Observed) => boolean) => seen.filter(is).length;
    return {
      ...this.#around.weather.happened,
      COMPLETED: count(({ row }) => row?.stands === "COMPLETED"),
      COMPENSATED: count(({ row }) => row?.stands === "COMPENSATED"),
      takenOver: count(({ row }) => (row?.epoch ?? 0) > 1),
    };
  }
}
