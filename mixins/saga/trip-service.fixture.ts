import { Mortal } from "../../test/support/sagas/mortal";
import { processDatabase } from "../../test/support/sagas/process-database";
import type { Side } from "../../test/support/sagas/boundaries";
import type { VirtualTime } from "../../test/support/sagas/virtual-time";
import type { Database } from "../database";
import { actionsOf, answer } from "./trip-world.fixture";
import type { Provider } from "./trips.fixture";

/** One process of a participant of trips. */
export class TripService extends Mortal {
  readonly #actions;

  constructor(
    db: Database,
    provider: Provider,
    time: VirtualTime,
    /** Passed at each boundary of its transactions. */
    pass: (side: Side, service: TripService) => Promise<void>,
  ) {
    super();
    const passed = async (side: Side) => {
      if (!this.alive) throw new Error(`${db.name} is dead`);
      await pass(side, this);
    };
    this.#actions = actionsOf(
      db.name,
      processDatabase(this, db, time, () => ({ pass: passed })),
      provider,
    );
  }

  answer(action: string, params: object): Promise<unknown> {
    return this.survive(answer(this.#actions, action, params));
  }
}
