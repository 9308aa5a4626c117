/**
 * Many sagas at once on one log, run by engines that die, stand still and come again, over a network that loses, repeats, delays and
 * reorders, with participants that die too, databases that fail and a provider that doesn't know. All of it in virtual time and drawn from
 * one seed: so a seed is over in milliseconds, and does the same again.
 */
import { Dice, randomFrom } from "../../test/support/random";
import type { Side } from "../../test/support/sagas/boundaries";
import { type AnyBoundary, errorAt } from "../../test/support/sagas/faults";
import { Network } from "../../test/support/sagas/network";
import { createEndTable, keepingEnds, observe, type Observed, rowOf } from "../../test/support/sagas/observed";
import { Owner } from "../../test/support/sagas/owner";
import { changesOf, undosTooEarly, violationsOf } from "../../test/support/sagas/verdict";
import { VirtualTime } from "../../test/support/sagas/virtual-time";
import type { Seen } from "../../test/support/sagas/world";
import { Weather } from "../../test/support/sagas/weather";
import type { Database } from "../database";
import { refused } from "../outcome";
import type { Performed } from "../participant";
import type { BoundSaga, SagaDefinition } from "./definition";
import type { SagaEngine } from "./engine";
import { TripService } from "./trip-service.fixture";
import { openTrips } from "./trip-world.fixture";
import { Provider, tripSaga, type Trip } from "./trips.fixture";
import { approvedTrip, waitingSagas } from "./waits.fixture";

export interface Simulated {
  violations: string[];
  /** Everything that happened, in its order and with its time. */
  trace: string[];
  /** How many sagas ended how, and how often what happened. */
  counts: Record<string, number>;
}

type Trips = Awaited<ReturnType<typeof openTrips>> & { sagas: readonly BoundSaga[] };

interface Booking {
  trip: Trip;
  saga: BoundSaga;
  /** The same, for those who look at it from outside. */
  seen: Seen;
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

class Simulation {
  readonly #time = new VirtualTime();
  readonly #begun = this.#time.now();
  readonly #dice: Dice;
  readonly #weather: Weather;
  readonly #network: Network;
  readonly #provider = new Provider();
  readonly #owners: Owner[] = [];
  readonly #services = new Map<string, TripService>();
  readonly #bookings: Booking[];
  readonly #violations: string[] = [];
  readonly #trace: string[] = [];

  constructor(
    /** Nothing else is in its databases. */
    private readonly world: Trips,
    seed: number,
  ) {
    const dice = new Dice(randomFrom(seed));
    const [time, weather] = [this.#time, new Weather(dice)];
    this.#dice = dice;
    this.#weather = weather;
    this.#network = new Network({
      ...{ time, dice, weather, note: (what) => this.#note(what) },
      deliver: (action, params) => this.#deliver(action, params),
    });
    this.#bookings = Array.from({ length: dice.int(2, 6) }, (_, index) => this.#booking(`trip-${index}`));
  }

  async run(): Promise<Simulated> {
    for (const db of this.world.participants) this.#serve(db);
    for (let owners = this.#dice.int(2, 3); owners > 0; owners--) this.#join();
    for (const booking of this.#bookings) void this.#book(booking);
    void this.#time.pause(this.#dice.int(stormMs.least, stormMs.most)).then(() => this.#weather.clear());
    await this.#time.until(() => this.#allEnded(), limitMs).catch((error: Error) => this.#violations.push(`I6: ${error.message}`));
    const before = await this.#observed();
    await this.#afterwards();
    const after = await this.#observed();
    for (const [index, seen] of after.entries()) {
      const { trip, seen: from } = this.#bookings[index] as Booking;
      const wrong = [...(await violationsOf(from, seen)), ...changesOf(before[index] as Observed, seen)];
      this.#violations.push(...wrong.map((one) => `${trip.id}: ${one}`));
    }
    return { violations: this.#violations, trace: this.#trace, counts: this.#counts(after) };
  }

  #booking(id: string): Booking {
    const [dice, weather] = [this.#dice, this.#weather];
    const answers: (Performed | Error)[] = [];
    while (weather.has("providerDoubts")) answers.push(dice.chance(0.3) ? new Error("the provider is away") : { state: "unknown" });
    if (weather.has("providerDeclines")) answers.push({ state: "declined", refusal: refused("DECLINED") });
    this.#provider.answers.set(id, answers);
    const refuse = weather.has("refused") ? dice.one(["seat", "hotel", "guide", "charge", "seat hotel"]) : undefined;
    const saga = this.world.sagas[dice.chance(0.7) ? 0 : 1] as BoundSaga;
    const trip = { id, ...(refuse && { refuse }), cash: dice.chance(0.4), day: dice.chance(0.2) };
    return { trip, saga, seen: { ...this.world, saga } };
  }

  /** A new process. */
  #join(): void {
    const name = `owner-${this.#owners.length + 1}`;
    const ahead = this.#weather.has("wrongClock") ? this.#dice.one([-2000, 2000, 55_000, 600_000]) : 0;
    const owner: Owner = new Owner({
      ...{ name, ahead, host: this.world.host, sagas: this.world.sagas, time: this.#time, random: () => this.#dice.int(0, 999) / 1000 },
      pass: (boundary) => this.#passOwner(boundary, owner),
      call: async (action, params, options) => {
        for (const { seen, trip } of this.#bookings) {
          this.#violations.push(...(await this.#time.during(() => undosTooEarly(seen, trip.id, action, params))));
        }
        return this.#network.send(action, params, options);
      },
    });
    this.#owners.push(owner);
    this.#note(`${name} comes`);
    owner.engine.open().catch((error: Error) => this.#note(`${name} can't start: ${error.message}`));
  }

  async #passOwner(boundary: AnyBoundary, owner: Owner): Promise<void> {
    this.#note(`${owner.name} ${boundary.side} ${boundary.what}`);
    if (this.#weather.has("killed")) {
      this.#note(`${owner.name} dies`);
      owner.kill();
      void this.#time.pause(this.#dice.int(1, 15) * 1000).then(() => this.#join());
      throw new Error(`${owner.name} was killed`);
    }
    if (boundary.side !== "within" && this.#weather.has("frozen")) {
      this.#note(`${owner.name} stands still`);
      owner.freeze();
      void this.#time.pause(this.#dice.int(1, 40) * 1000).then(() => owner.wake());
    }
    if (boundary.kind !== "message" && this.#weather.has("databaseError")) throw errorAt(boundary);
  }

  #serve(db: Database): void {
    this.#services.set(db.name, new TripService(db, this.#provider, this.#time, (side, service) => this.#passService(side, service, db)));
  }

  async #passService(side: Side, service: TripService, db: Database): Promise<void> {
    if (this.#weather.has("participantKilled")) {
      this.#note(`${db.name} dies`);
      service.kill();
      void this.#time.pause(this.#dice.int(1, 50) * 100).then(() => this.#serve(db));
      throw new Error(`${db.name} was killed`);
    }
    if (this.#weather.has("databaseError")) throw errorAt({ kind: "participant", what: db.name, side });
  }

  async #deliver(action: string, params: object): Promise<unknown> {
    const service = this.#services.get(action.split(".")[0] ?? "");
    if (!service?.alive) throw new Error(`nobody answers to ${action}`);
    return service.answer(action, params);
  }

  /** A customer, who asks again until he knows that his trip is being booked, and then signals once or twice, or not at all. */
  async #book({ trip, saga: { definition }, seen }: Booking): Promise<void> {
    const { id } = trip;
    const started = async () => (await this.#time.during(() => rowOf(seen, id))) !== undefined;
    await this.#time.pause(this.#dice.int(0, 100) * 100);
    while (!(await started()))
      await this.#ask(`${id} is started`, (engine) => engine.run(definition as SagaDefinition<Trip>, { id, input: trip }, 0));
    if (definition.type !== approvedTrip.type) return;
    for (let times = this.#dice.int(0, 9); times > 0 && times < 9; times -= 4) {
      await this.#ask(`${id} is approved`, (engine) => engine.signal(definition.type, id, "approval", { by: `guide ${times}` }));
    }
  }

  /** Some engine or nobody, and waits for its answer, but not for ever. */
  async #ask(what: string, work: (engine: SagaEngine) => Promise<unknown>): Promise<void> {
    const alive = this.#owners.filter((owner) => owner.alive);
    const engine = alive[this.#dice.int(0, alive.length)]?.engine;
    const answer =
      engine &&
      work(engine).then(
        (said) => this.#note(`${what}: ${JSON.stringify(said)}`),
        (error: Error) => this.#note(`${what} in vain: ${error.message}`),
      );
    await Promise.race([answer, this.#time.pause(5000)]);
    await this.#time.pause(this.#dice.int(1, 50) * 100);
  }

  #nextLook = 0;

  async #allEnded(): Promise<boolean> {
    if (this.#time.now() < this.#nextLook) return false;
    this.#nextLook = this.#time.now() + 500;
    const ids = this.#bookings.map(({ trip }) => trip.id);
    const ended = "select count(*) as n from saga_instance where owner is null and business_key in (?)";
    const [row] = await this.world.host.select<{ n: number }>(ended, [ids]);
    return row?.n === ids.length;
  }

  /** Who stands still wakes, and what is still on its way arrives. */
  async #afterwards(): Promise<void> {
    this.#weather.clear();
    for (const owner of this.#owners) owner.wake();
    await this.#time.elapse(5000);
    for (const owner of this.#owners) owner.kill();
    await this.#time.until(() => this.#network.empty, limitMs);
    for (const service of this.#services.values()) service.kill();
    await this.#time.settled();
  }

  #observed(): Promise<Observed[]> {
    return Promise.all(this.#bookings.map(({ seen, trip }) => observe(seen, trip.id)));
  }

  #counts(seen: readonly Observed[]): Record<string, number> {
    const count = (is: (one: Observed) => boolean) => seen.filter(is).length;
    return {
      ...this.#weather.happened,
      COMPLETED: count(({ row }) => row?.stands === "COMPLETED"),
      COMPENSATED: count(({ row }) => row?.stands === "COMPENSATED"),
      takenOver: count(({ row }) => (row?.epoch ?? 0) > 1),
    };
  }

  #note(what: string): void {
    this.#trace.push(`${this.#time.now() - this.#begun} ${what}`);
  }
}
