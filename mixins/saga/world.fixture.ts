/**
 * The world of trips with engines in it: a real broker, real databases, and a network between that a test can disturb. An engine is what a
 * process would be; a test kills it, freezes it, and starts others.
 */
import { ServiceBroker } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabase } from "../../test/support/database";
import type { RemoteCall } from "../batch-call";
import type { Database } from "../database";
import { createGroupCommit, type GroupCommit } from "../group-commit";
import { wallTime } from "../waiting";
import { SagaEngine, type EngineOptions } from "./engine";
import type { SagaTimings } from "./timings";
import { bookTrip, hostTables, Provider, stepNames, tripSaga, tripServices, type Trip } from "./trips.fixture";
import type { SagaStatus } from "./types";

export interface World {
  broker: ServiceBroker;
  provider: Provider;
  /** The database of the service that hosts the sagas. */
  db: Database;
  engine(options?: TestEngineOptions): TestEngine;
  /** Net effect and number of times done, by step. */
  effects(id: string): Promise<Record<string, { net: number; done: number }>>;
  /** What the hosting service was told of the saga's end, as often as it was told. */
  ends(id: string): Promise<{ state: string; detail: string }[]>;
  /** Ends the owner's lease, as if it had not renewed it for long. */
  expire(owner: string): Promise<void>;
}

export interface TestEngineOptions extends Partial<Pick<EngineOptions, "alone" | "random" | "sagas" | "onStep" | "onEnd">> {
  clock?: () => number;
  timings?: Partial<SagaTimings>;
  faults?: Faults;
  /** Stands between the engine and its database; `crash` as that of a message. */
  group?(group: GroupCommit, crash: () => Promise<void>): GroupCommit;
}

export interface Message {
  action: string;
  calls: readonly { id: string; step: string; trace?: Record<string, string> }[];
  /** Delivers it, as often as it is called. */
  send(): Promise<unknown>;
  /** Kills the engine that sent it, and lets its lease run out. */
  crash(): Promise<void>;
}

/** What becomes of a message on its way: an answer, an error, or nothing ever. */
export type Faults = (message: Message) => Promise<unknown>;

export interface TestEngine {
  engine: SagaEngine;
  /** What it told the operators. */
  errors: unknown[][];
  warnings: unknown[][];
  /** As `kill -9` does: nothing that it is waiting for ever comes, nothing that it sends leaves, and its lease runs out. */
  crash(): Promise<void>;
  crashed(): boolean;
}

/** How long a test waits for a saga's end: long enough for a busy machine. */
export const patience = 20_000;
jest.setTimeout(2 * patience);

const never = () => new Promise<never>(() => undefined);

export const quick: Partial<SagaTimings> = {
  ...{ stepTimeoutMs: 2000, retries: 3, retryBaseMs: 1, retryCapMs: 4, releaseBaseMs: 1, releaseCapMs: 8 },
  ...{ leaseMs: 60_000, heartbeatMs: 20, claimMs: 5, stopMs: 500 },
};

export async function tripWorld(): Promise<World> {
  const provider = new Provider();
  const broker = new ServiceBroker({ logger: false, requestTimeout: 5000 });
  const databases: Database[] = [];
  for (const schema of await tripServices(provider, databases)) broker.createService(schema);
  await broker.start();
  atEnd(() => broker.stop());
  const db = await testDatabase("trips", [hostTables]);
  return {
    ...{ broker, provider, db },
    engine: (options = {}) => testEngine(broker, db, options),
    effects: async (id) => {
      const rows = await Promise.all(
        databases.map((one) => one.select<{ step: string; amount: number }>("select step, amount from ledger where saga_id = ?", [id])),
      );
      const effects = Object.fromEntries(stepNames.map((name) => [name, { net: 0, done: 0 }])) as Record<
        string,
        { net: number; done: number }
      >;
      for (const { step, amount } of rows.flat()) {
        const effect = (effects[step] ??= { net: 0, done: 0 });
        effect.net += amount;
        if (amount > 0) effect.done += 1;
      }
      return effects;
    },
    ends: (id) => db.select("select state, detail from trip_end where saga_id = ? order by id", [id]),
    expire: (owner) => expire(db, owner),
  };
}

function testEngine(
  broker: ServiceBroker,
  db: Database,
  { faults, timings, group, clock = Date.now, ...options }: TestEngineOptions,
): TestEngine {
  const alive: Alive = { yes: true, underWay: new Set() };
  const crash = async () => {
    alive.yes = false;
    // A heartbeat that was on its way must not renew the lease after it was ended.
    await Promise.allSettled(alive.underWay);
    await expire(db, engine.owner);
  };
  const errors: unknown[][] = [];
  const warnings: unknown[][] = [];
  const send: RemoteCall = (action, params, { timeoutMs }) => broker.call(action, params, { timeout: timeoutMs });
  const call: RemoteCall = async (action, params, callOptions) => {
    if (!alive.yes) return never();
    const { calls } = params as Pick<Message, "calls">;
    const message: Message = { action, calls, send: () => send(action, params, callOptions), crash };
    const answer = faults ? faults(message) : message.send();
    const settled = await answer.catch((error: unknown) => (alive.yes ? Promise.reject(error) : never()));
    return alive.yes ? settled : never();
  };
  const own = createGroupCommit(db);
  const engine = new SagaEngine({
    ...{ alone: false, sagas: [tripSaga], ...options },
    ...{
      db: mortal(db, alive),
      group: mortal(group ? group(own, crash) : own, alive),
      call,
      timings: { ...quick, ...timings },
      time: { ...wallTime, now: clock },
    },
    logger: {
      ...broker.getLogger("sagas"),
      warn: (...told: unknown[]) => void warnings.push(told),
      error: (...told: unknown[]) => void errors.push(told),
    },
  });
  // A dead one never comes to an end, but its timers do.
  opened.push(async () => {
    const closed = engine.stop();
    if (alive.yes) await closed;
  });
  return { engine, errors, warnings, crash, crashed: () => !alive.yes };
}

async function expire(db: Database, owner: string): Promise<void> {
  await db.transaction((tx) => tx.execute("update saga_node set lease_until = 0 where owner = ?", [owner]));
}

const opened: (() => Promise<void>)[] = [];

/** Engines of a test must not claim the sagas of the next. */
export async function closeEngines(): Promise<void> {
  for (const close of opened.splice(0)) await close();
}

interface Alive {
  yes: boolean;
  /** What the database was asked for and has not answered. */
  underWay: Set<Promise<unknown>>;
}

/** Once dead, nothing that is asked is done and nothing that was asked comes back. */
function mortal<T extends Database | GroupCommit>(target: T, alive: Alive): T {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        if (!alive.yes) return never();
        const asked = (value as (...args: unknown[]) => Promise<unknown>).apply(of, args);
        if ("sequelize" in of) track(asked, alive.underWay);
        const given = await asked;
        return alive.yes ? given : never();
      };
    },
  });
}

function track(asked: Promise<unknown>, underWay: Set<Promise<unknown>>): void {
  const settled: Promise<unknown> = asked.then(
    () => underWay.delete(settled),
    () => underWay.delete(settled),
  );
  underWay.add(settled);
}

/** What the tests of a file share: one world, and a trip of its own for each test. */
export class Scene {
  #world: World | undefined;
  /** Of the test's trip. */
  id = "";

  get world(): World {
    if (!this.#world) throw new Error("the world is not there before the tests begin");
    return this.#world;
  }

  constructor() {
    let trips = 0;
    beforeAll(async () => {
      this.#world = await tripWorld();
    });
    beforeEach(() => {
      this.id = `trip-${++trips}`;
    });
    afterEach(closeEngines);
  }

  /** What the test's saga is started with. */
  trip(more: Omit<Trip, "id"> = {}): { id: string; input: Trip } {
    return { id: this.id, input: { id: this.id, ...more } };
  }

  async open(options: TestEngineOptions = {}): Promise<TestEngine> {
    const opened = this.world.engine(options);
    await opened.engine.open();
    return opened;
  }

  status({ engine }: TestEngine): Promise<SagaStatus | undefined> {
    return engine.status(bookTrip.type, this.id);
  }

  /** The net effect of each step. */
  async net(): Promise<Record<string, number>> {
    return Object.fromEntries(Object.entries(await this.world.effects(this.id)).map(([name, { net }]) => [name, net]));
  }
}

/** The same net effect for every step. */
export const all = (net: number): Record<string, number> => Object.fromEntries(stepNames.map((name) => [name, net]));

/** Renews its lease when it starts and never again, as a process does that is stopped for a while. */
export const frozen: Partial<SagaTimings> = { heartbeatMs: 60_000 };

/** The action is not to be reached, the first `times` times. */
export function failing(action: string, times = Infinity): Faults {
  let left = times;
  return ({ action: called, send }) => (called === action && left-- > 0 ? Promise.reject(new Error("away")) : send());
}

export interface Held {
  faults: Faults;
  /** The call is on its way and held back. */
  reached: Promise<void>;
  /** Lets it go on. */
  letGo(): void;
  /** Delivers it to the participant, whoever sent it. */
  deliver(): Promise<unknown>;
}

/** Holds back the first call of an action. */
export function held(action: string): Held {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let first: Message | undefined;
  return {
    async faults(message) {
      if (message.action === action && !first) {
        first = message;
        reached.resolve();
        await goOn.promise;
      }
      return message.send();
    },
    reached: reached.promise,
    letGo: () => goOn.resolve(),
    deliver: () => first?.send() ?? Promise.reject(new Error("nothing was held")),
  };
}
