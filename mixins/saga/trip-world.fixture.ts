/** The services of trips with nothing between them and whoever calls: no broker, and no time of the machine's. */
import { testDatabase } from "../../test/support/database";
import type { Effect, Prepared, SagaWorld, Scenario } from "../../test/support/sagas/world";
import type { Database } from "../database";
import { createGroupCommit } from "../group-commit";
import { refused } from "../outcome";
import { Step, type Host } from "../participant/participant";
import type { Performed, StepCall, VerifyCall } from "../participant";
import type { BoundSaga, SagaDefinition } from "./definition";
import { hostTables, participantTables, Provider, stepNames, tripSteps, type Trip } from "./trips.fixture";

type Ask = (call: never) => Promise<unknown>;

const silent = () => undefined;
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, fatal: silent };

/** The actions of one service over its database, as one process of it has them. */
export function actionsOf(service: string, db: Database, provider: Provider): Map<string, Ask> {
  const host = { db, group: createGroupCommit(db), logger } as unknown as Host;
  const actions = new Map<string, Ask>();
  for (const parts of tripSteps(provider)[service] ?? []) {
    const step = new Step(parts, host);
    actions.set(`${service}.${parts.name}`, (call: StepCall) => step.forward(call));
    if (parts.undo) actions.set(`${service}.${parts.undo}`, (key: StepCall) => step.undo(key));
    if (parts.verify) actions.set(`${service}.${parts.verify}`, (call: VerifyCall) => step.verify(call));
  }
  return actions;
}

/** Answers a message as a participant's action does. */
export async function answer(actions: ReadonlyMap<string, Ask>, action: string, params: object): Promise<unknown> {
  const ask = actions.get(action);
  if (!ask) throw new Error(`there is no action ${action}`);
  const outcomes = await Promise.all((params as { calls: never[] }).calls.map(ask));
  return { outcomes };
}

const participantDatabases = (): Promise<Database[]> =>
  Promise.all(Object.keys(tripSteps(new Provider())).map((name) => testDatabase(name, [participantTables])));

async function effectsIn(databases: readonly Database[], id: string): Promise<Record<string, Required<Effect>>> {
  const effects: Record<string, Required<Effect>> = Object.fromEntries(stepNames.map((name) => [name, { net: 0, done: 0, undone: 0 }]));
  for (const db of databases) {
    const rows = await db.select<{ step: string; amount: number }>("select step, amount from ledger where saga_id = ?", [id]);
    for (const { step, amount } of rows) {
      const effect = effects[step] ?? { net: 0, done: 0, undone: 0 };
      effects[step] = effect;
      effect.net += amount;
      effect[amount > 0 ? "done" : "undone"] += 1;
    }
  }
  return effects;
}

/** The databases of trips, with whatever sends the messages left out. */
export async function openTrips(): Promise<Pick<SagaWorld, "host" | "participants" | "effects">> {
  const participants = await participantDatabases();
  return { host: await testDatabase("trips", [hostTables]), participants, effects: (id) => effectsIn(participants, id) };
}

/** Trips for `everyFault`. */
export async function tripWorld(saga: BoundSaga, signals?: SagaWorld["signals"]): Promise<SagaWorld> {
  const provider = new Provider();
  const world = await openTrips();
  const actions = new Map(world.participants.flatMap((db) => [...actionsOf(db.name, db, provider)]));
  let trips = 0;

  async function prepare({ refuses, unknown }: Scenario): Promise<Prepared> {
    const id = `trip-${++trips}`;
    provider.answers.set(id, answersOf(unknown));
    const trip: Trip = { id, ...(refuses && { refuse: refuses }) };
    return { id, start: ({ engine }) => engine.run(saga.definition as SagaDefinition<Trip>, { id, input: trip }, 0) };
  }

  return { ...world, saga, prepare, signals, call: (action, params) => answer(actions, action, params) };
}

function answersOf(unknown: Scenario["unknown"]): Performed[] {
  const doubts: Performed[] = unknown ? [{ state: "unknown" }, { state: "unknown" }] : [];
  return unknown === "refused" ? [...doubts, { state: "declined", refusal: refused("DECLINED") }] : doubts;
}
