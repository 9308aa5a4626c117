import { rowOf } from "../../test/support/sagas/observed";
import type { Owner } from "../../test/support/sagas/owner";
import type { Seen } from "../../test/support/sagas/world";
import { refused } from "../outcome";
import type { Performed } from "../participant";
import type { BoundSaga, SagaDefinition } from "./definition";
import type { SagaEngine } from "./engine";
import type { Surroundings } from "./simulation.fixture";
import type { Provider, Trip } from "./trips.fixture";
import { approvedTrip } from "./waits.fixture";

export interface Booking {
  trip: Trip;
  saga: BoundSaga;
  /** The same, for those who look at it from outside. */
  seen: Seen;
}

/** What customers want, and how they get it out of engines that may be gone before they answer. */
export class Customers {
  readonly bookings: readonly Booking[];

  constructor(
    private readonly around: Surroundings,
    provider: Provider,
  ) {
    this.bookings = Array.from({ length: around.dice.int(2, 6) }, (_, index) => this.#booking(`trip-${index}`, provider));
  }

  /** Asks again until it is known that the trip is being booked, and then signals once or twice, or not at all. */
  async book({ trip, saga: { definition }, seen }: Booking, owners: readonly Owner[]): Promise<void> {
    const { id } = trip;
    const { time, dice } = this.around;
    const start = (engine: SagaEngine) => engine.run(definition as SagaDefinition<Trip>, { id, input: trip }, 0);
    const started = async () => (await time.during(() => rowOf(seen, id))) !== undefined;
    await time.pause(dice.int(0, 100) * 100);
    while (!(await started())) await this.#ask(owners, `${id} is started`, start);
    if (definition.type !== approvedTrip.type) return;
    for (let times = dice.int(0, 9); times > 0 && times < 9; times -= 4) {
      await this.#ask(owners, `${id} is approved`, (engine) => engine.signal(definition.type, id, "approval", { by: `guide ${times}` }));
    }
  }

  #booking(id: string, provider: Provider): Booking {
    const { world, dice, weather } = this.around;
    const answers: (Performed | Error)[] = [];
    while (weather.has("providerDoubts")) answers.push(dice.chance(0.3) ? new Error("the provider is away") : { state: "unknown" });
    if (weather.has("providerDeclines")) answers.push({ state: "declined", refusal: refused("DECLINED") });
    provider.answers.set(id, answers);
    const refuse = weather.has("refused") ? dice.one(["seat", "hotel", "guide", "charge", "seat hotel"]) : undefined;
    const saga = world.sagas[dice.chance(0.7) ? 0 : 1] as BoundSaga;
    const trip = { id, ...(refuse && { refuse }), cash: dice.chance(0.4), day: dice.chance(0.2) };
    return { trip, saga, seen: { ...world, saga } };
  }

  /** Some engine or nobody, and waits for its answer, but not for ever. */
  async #ask(owners: readonly Owner[], what: string, work: (engine: SagaEngine) => Promise<unknown>): Promise<void> {
    const { time, dice, note } = this.around;
    const alive = owners.filter((owner) => owner.alive);
    const engine = alive[dice.int(0, alive.length)]?.engine;
    const answer = engine && work(engine);
    const noted = answer?.then(
      (said) => note(`${what}: ${JSON.stringify(said)}`),
      (error: Error) => note(`${what} in vain: ${error.message}`),
    );
    await Promise.race([noted, time.pause(5000)]);
    await time.pause(dice.int(1, 50) * 100);
  }
}
