import type { Side } from "../../test/support/sagas/boundaries";
import { type AnyBoundary, errorAt } from "../../test/support/sagas/faults";
import { Owner } from "../../test/support/sagas/owner";
import type { RemoteCall } from "../batch-call";
import type { Database } from "../database";
import type { Surroundings } from "./simulation.fixture";
import { TripService } from "./trip-service.fixture";
import type { Provider } from "./trips.fixture";

/** The processes of engines and participants: they die, stand still, come again, and their databases fail them. */
export class Processes {
  readonly owners: Owner[] = [];
  readonly #services = new Map<string, TripService>();

  constructor(
    private readonly around: Surroundings,
    private readonly provider: Provider,
    /** How engines send messages. */
    private readonly send: RemoteCall,
  ) {
    for (const db of around.world.participants) this.#serve(db);
    for (let owners = around.dice.int(2, 3); owners > 0; owners--) this.#join();
  }

  /** Hands a message to its participant. */
  async deliver(action: string, params: object): Promise<unknown> {
    const service = this.#services.get(action.split(".")[0] ?? "");
    if (!service?.alive) throw new Error(`nobody answers to ${action}`);
    return service.answer(action, params);
  }

  killAll(): void {
    for (const process of [...this.owners, ...this.#services.values()]) process.kill();
  }

  /** A new process of an engine. */
  #join(): void {
    const { world, time, dice, weather, note } = this.around;
    const name = `owner-${this.owners.length + 1}`;
    const ahead = weather.has("wrongClock") ? dice.one([-2000, 2000, 55_000, 600_000]) : 0;
    const owner: Owner = new Owner({
      ...{ name, ahead, host: world.host, sagas: world.sagas, time, random: () => dice.int(0, 999) / 1000 },
      pass: (boundary) => this.#passOwner(boundary, owner),
      call: this.send,
    });
    this.owners.push(owner);
    note(`${name} comes`);
    owner.engine.open().catch((error: Error) => note(`${name} can't start: ${error.message}`));
  }

  async #passOwner(boundary: AnyBoundary, owner: Owner): Promise<void> {
    const { time, dice, weather, note } = this.around;
    note(`${owner.name} ${boundary.side} ${boundary.what}`);
    if (weather.has("killed")) {
      note(`${owner.name} dies`);
      owner.kill();
      void time.pause(dice.int(1, 15) * 1000).then(() => this.#join());
      throw new Error(`${owner.name} was killed`);
    }
    if (boundary.side !== "within" && weather.has("frozen")) {
      note(`${owner.name} stands still`);
      owner.freeze();
      void time.pause(dice.int(1, 40) * 1000).then(() => owner.wake());
    }
    if (boundary.kind !== "message" && weather.has("databaseError")) throw errorAt(boundary);
  }

  #serve(db: Database): void {
    const pass = (side: Side, service: TripService) => this.#passService(side, service, db);
    this.#services.set(db.name, new TripService(db, this.provider, this.around.time, pass));
  }

  async #passService(side: Side, service: TripService, db: Database): Promise<void> {
    const { time, dice, weather, note } = this.around;
    if (weather.has("participantKilled")) {
      note(`${db.name} dies`);
      service.kill();
      void time.pause(dice.int(1, 50) * 100).then(() => this.#serve(db));
      throw new Error(`${db.name} was killed`);
    }
    if (weather.has("databaseError")) throw errorAt({ kind: "participant", what: db.name, side });
  }
}
