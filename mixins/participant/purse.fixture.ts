/** A participant for tests: a purse that gives and takes, and pays by itself or through something outside. Every effect is a row. */
import { ServiceBroker, type Service } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { databaseMixin, type Database, type Tx } from "../database";
import { done, refused } from "../outcome";
import {
  createBarrierTable,
  participantMixin,
  type OutsideStepHandler,
  type Performed,
  type StepAnswer,
  type StepCall,
  type StepHandler,
  type StepKey,
  type VerifyAnswer,
} from ".";

/** `short`: the handler says nothing to one of its calls. */
type Mood = "refuse" | "poison" | "outside" | "empty" | "short";
type Params = { amount: number; mood?: Mood };
type Undone = StepKey & { result: { taken?: number } };

const migration = {
  name: "0001-purse",
  async up(tx: Tx) {
    await createBarrierTable(tx);
    await tx.execute(`create table effect (n ${tx.dialect.autoIncrement}, id varchar(64) not null, amount integer not null)`);
    await tx.execute("create table work (id varchar(64) not null primary key, doubts integer not null)");
  },
};

function parse(params: unknown): unknown {
  if (typeof (params as Params | undefined)?.amount === "number") return params;
  throw Object.assign(new Error("amount must be a number"), { type: "INVALID", data: { field: "amount" } });
}

async function note(tx: Tx, effects: readonly { id: string; amount: number }[]): Promise<void> {
  await tx.insert("effect", effects as { id: string; amount: number }[]);
}

/** A hook of a service that is told its service, so that it can be written where `this` is somebody else. */
function service(hook: (host: Service & { db: Database }) => unknown) {
  return function (this: Service): void {
    hook(this as Service & { db: Database });
  };
}

/** What the tests of a file share. */
export class Purse {
  /** Groups of calls as the handlers were given them. */
  groups: string[][] = [];
  /** What was asked of the outside, in order. */
  performed: string[] = [];
  readonly warnings: unknown[][] = [];
  /** What the outside says, by saga. Default: approved. */
  readonly outside = new Map<string, () => Promise<Performed>>();
  /** Of the test's saga. */
  id = "";
  #url = "";
  #broker: ServiceBroker | undefined;
  #db: Database | undefined;

  constructor() {
    let sagas = 0;
    beforeAll(async () => {
      this.#url = await testDatabaseUrl("purse");
      this.#broker = this.node();
      await this.#broker.start();
      atEnd(() => this.#broker?.stop());
    });
    beforeEach(() => {
      this.id = `saga-${++sagas}`;
      this.groups = [];
      this.performed = [];
      this.warnings.length = 0;
    });
  }

  get broker(): ServiceBroker {
    if (!this.#broker) throw new Error("the purse is not there before the tests begin");
    return this.#broker;
  }

  /** Another process over the same database; not started. */
  node(): ServiceBroker {
    const broker = new ServiceBroker({ logger: false });
    broker.createService({
      name: "purse",
      mixins: [
        databaseMixin({ name: "purse", url: () => this.#url, migrations: [migration], migrateAtStart: () => true }),
        participantMixin([
          { name: "take", undo: "giveBack", verify: "taken", parse, handler: this.#take() },
          { name: "pay", verify: "outcome", parse, handler: this.#pay() },
        ]),
      ],
      created: service((host) => (host.logger.warn = (...told: unknown[]) => void this.warnings.push(told))),
      started: service((host) => (this.#db ??= host.db as Database)),
    });
    return broker;
  }

  key(of = this.id): StepKey {
    return { saga: "shopping", id: of, step: "step" };
  }

  call(amount: number, mood?: Mood, of = this.id): StepCall<Params> {
    return { ...this.key(of), params: { amount, ...(mood && { mood }) } };
  }

  async outcomes(action: string, ...calls: object[]): Promise<StepAnswer[]> {
    return (await this.broker.call<{ outcomes: StepAnswer[] }, object>(`purse.${action}`, { calls })).outcomes;
  }

  async outcome(action: string, call: object): Promise<StepAnswer> {
    return (await this.outcomes(action, call))[0] as StepAnswer;
  }

  async verify(action: string, seal: boolean, of = this.id): Promise<VerifyAnswer> {
    const calls = [{ ...this.key(of), seal }];
    return (await this.broker.call<{ answers: VerifyAnswer[] }, object>(`purse.${action}`, { calls })).answers[0] as VerifyAnswer;
  }

  async select<Row extends object>(sql: string, ...values: string[]): Promise<Row[]> {
    return (await this.#db?.select<Row>(sql, values)) ?? [];
  }

  /** What was given and taken, in order. */
  async effects(of = this.id): Promise<number[]> {
    return (await this.select<{ amount: number }>("select amount from effect where id = ? order by n", of)).map(({ amount }) => amount);
  }

  #take(): StepHandler<unknown, unknown> {
    return {
      forward: async (given, tx) => {
        const calls = given as readonly StepCall<Params>[];
        this.groups.push(calls.map(({ id }) => id));
        if (calls.some(({ params }) => params.mood === "poison")) throw Object.assign(new Error("poisoned"), { type: "POISON" });
        const taken = calls.filter(({ params }) => params.mood !== "refuse").map(({ id, params: { amount } }) => ({ id, amount }));
        await note(tx, taken);
        const answered = calls.some(({ params }) => params.mood === "short") ? calls.slice(1) : calls;
        return answered.map(({ params: { mood, amount } }) => {
          if (mood === "refuse") return refused("NO", "not today", { amount });
          return done(mood === "empty" ? undefined : { taken: amount });
        });
      },
      undo: async (calls, tx) => {
        this.groups.push(calls.map(({ id }) => `undo ${id}`));
        const given = (calls as readonly Undone[]).map(({ id, result }) => ({ id, amount: -(result.taken ?? 0) }));
        await note(tx, given);
      },
    };
  }

  #pay(): OutsideStepHandler<unknown, unknown, unknown> {
    return {
      begin: async (given, tx) => {
        const calls = given as readonly StepCall<Params>[];
        const isOutside = ({ params }: StepCall<Params>) => params.mood === "outside";
        const work = calls.filter(isOutside).map(({ id }) => ({ id, doubts: 0 }));
        await tx.insert("work", work);
        const paid = calls.filter((call) => !isOutside(call)).map(({ id, params: { amount } }) => ({ id, amount }));
        await note(tx, paid);
        return calls.map((call) => (isOutside(call) ? { started: call.params.amount } : done({ paid: call.params.amount })));
      },
      resume: async ({ id }, tx) => {
        const [row] = await tx.select<{ id: string }>("select id from work where id = ?", [id]);
        return row && 5;
      },
      perform: async ({ id }) => {
        this.performed.push(id);
        return (await this.outside.get(id)?.()) ?? { state: "approved", reference: `ref-${id}` };
      },
      doubt: async (keys, tx) => {
        await tx.execute("update work set doubts = doubts + 1 where id in (?)", [keys.map(({ id }) => id)]);
      },
      settle: async (calls, tx) => {
        const approved = calls.filter(({ performed }) => performed.state === "approved").map(({ id }) => ({ id, amount: 5 }));
        await note(tx, approved);
        return calls.map(({ performed }) =>
          performed.state === "approved" ? done({ paid: 5, reference: performed.reference }) : performed.refusal,
        );
      },
    };
  }
}
