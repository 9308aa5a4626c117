import { ServiceBroker } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { databaseMixin, type Database, type Tx } from "../database";
import { done, refused } from "../outcome";
import {
  createBarrierTable,
  participantMixin,
  type Failure,
  type OutsideStepHandler,
  type Performed,
  type StepAnswer,
  type StepCall,
  type StepHandler,
  type StepKey,
  type VerifyAnswer,
} from ".";

type Params = { amount: number; mood?: "refuse" | "poison" | "outside" | "empty" };
type Effect = { id: string; amount: number };

const migration = {
  name: "0001-test",
  async up(tx: Tx) {
    await createBarrierTable(tx);
    await tx.execute(`create table effect (n ${tx.dialect.autoIncrement}, id varchar(64) not null, amount integer not null)`);
    await tx.execute("create table work (id varchar(64) not null primary key, doubts integer not null)");
  },
};

const insert = (tx: Tx, calls: readonly Effect[]) => tx.insert("effect", calls.map(({ id, amount }) => ({ id, amount })));
const effectOf = ({ id, params: { amount } }: StepCall<Params>): Effect => ({ id, amount });

/** Groups of calls as the handlers were given them. */
let groups: string[][] = [];

const take: StepHandler<unknown, unknown> = {
  async forward(given, tx) {
    const calls = given as readonly StepCall<Params>[];
    groups.push(calls.map(({ id }) => id));
    if (calls.some(({ params }) => params.mood === "poison")) throw Object.assign(new Error("poisoned"), { type: "POISON" });
    const outcomes = calls.map(({ params }) => {
      if (params.mood === "refuse") return refused("NO", "not today", { amount: params.amount });
      return done(params.mood === "empty" ? undefined : { taken: params.amount });
    });
    await insert(tx, calls.filter((_, index) => outcomes[index]?.ok).map(effectOf));
    return outcomes;
  },
  async undo(calls, tx) {
    groups.push(calls.map(({ id }) => `undo ${id}`));
    await insert(tx, (calls as readonly (StepKey & { result: { taken?: number } })[]).map(({ id, result }) => ({ id, amount: -(result.taken ?? 0) })));
  },
};

/** What the outside says, by saga; a function decides when. */
const outside = new Map<string, () => Promise<Performed>>();
let performed: string[] = [];

const pay: OutsideStepHandler<unknown, unknown, unknown> = {
  async begin(given, tx) {
    const calls = given as readonly StepCall<Params>[];
    const begun = calls.map(({ params }) => (params.mood === "outside" ? { started: params.amount } : params.mood === "refuse" ? refused("NO") : done({ paid: params.amount })));
    await insert(tx, calls.filter((_, index) => begun[index] && "ok" in begun[index] && begun[index].ok).map(effectOf));
    await tx.insert("work", calls.filter((_, index) => begun[index] && "started" in begun[index]).map(({ id }) => ({ id, doubts: 0 })));
    return begun;
  },
  async resume({ id }, tx) {
    const [row] = await tx.select<{ id: string }>("select id from work where id = ?", [id]);
    return row && 5;
  },
  async perform({ id }) {
    performed.push(id);
    return (outside.get(id) ?? (async () => ({ state: "approved", reference: `ref-${id}` })))();
  },
  async doubt(keys, tx) {
    await tx.execute("update work set doubts = doubts + 1 where id in (?)", [keys.map(({ id }) => id)]);
  },
  async settle(calls, tx) {
    await insert(tx, calls.filter(({ performed }) => performed.state === "approved").map(({ id }) => ({ id, amount: 5 })));
    return calls.map(({ performed }) => (performed.state === "approved" ? done({ paid: 5, reference: performed.reference }) : performed.refusal));
  },
};

const parse = (params: unknown) => {
  if (typeof (params as Params | undefined)?.amount !== "number") throw Object.assign(new Error("amount must be a number"), { type: "INVALID", data: { field: "amount" } });
  return params;
};

let url: string;
let db: Database | undefined;
let broker: ServiceBroker;
const warnings: unknown[][] = [];

function node(): ServiceBroker {
  const started = new ServiceBroker({ logger: false });
  started.createService({
    name: "purse",
    mixins: [
      databaseMixin({ name: "purse", url: () => url, migrations: [migration], migrateAtStart: () => true }),
      participantMixin([
        { name: "take", undo: "giveBack", verify: "taken", parse, handler: take },
        { name: "pay", verify: "outcome", parse, handler: pay },
      ]),
    ],
    created() {
      this.logger.warn = (...told: unknown[]) => void warnings.push(told);
    },
    started() {
      db ??= this.db as Database;
    },
  });
  return started;
}

beforeAll(async () => {
  url = await testDatabaseUrl("purse");
  broker = node();
  await broker.start();
  atEnd(() => broker.stop());
});

let count = 0;
let id: string;
beforeEach(() => {
  id = `saga-${++count}`;
  groups = [];
  performed = [];
  warnings.length = 0;
});

const key = (of = id): StepKey => ({ saga: "shopping", id: of, step: "step" });
const call = (amount: number, mood?: Params["mood"], of = id): StepCall<Params> => ({ ...key(of), params: { amount, ...(mood && { mood }) } });

async function outcomes(action: string, ...calls: object[]): Promise<StepAnswer[]> {
  return (await broker.call<{ outcomes: StepAnswer[] }, object>(`purse.${action}`, { calls })).outcomes;
}
async function outcome(action: string, one: object): Promise<StepAnswer> {
  return (await outcomes(action, one))[0] as StepAnswer;
}
async function verify(action: string, seal: boolean, of = id): Promise<VerifyAnswer> {
  const { answers } = await broker.call<{ answers: VerifyAnswer[] }, object>(`purse.${action}`, { calls: [{ ...key(of), seal }] });
  return answers[0] as VerifyAnswer;
}
const select = async <Row extends object>(sql: string, values: string[]): Promise<Row[]> => (await db?.select<Row>(sql, values)) ?? [];
const effects = async (of = id) => (await select<{ amount: number }>("select amount from effect where id = ? order by n", [of])).map(({ amount }) => amount);
const sealed = refused("SAGA_STEP_SEALED");

describe("forward", () => {
  test("I1: a repeated call has one effect and the same answer", async () => {
    expect(await outcome("take", call(3))).toEqual(done({ taken: 3 }));
    expect(await outcome("take", call(3))).toEqual(done({ taken: 3 }));
    expect(await effects()).toEqual([3]);
  });

  test("I1: also when it comes twice at once, in one message or two", async () => {
    const [first, second] = await Promise.all([outcomes("take", call(3), call(3)), outcomes("take", call(3))]);
    expect([...first, ...second]).toEqual([done({ taken: 3 }), done({ taken: 3 }), done({ taken: 3 })]);
    expect(await effects()).toEqual([3]);
  });

  test("a refusal is kept with its facts, and leaves no effect", async () => {
    const no = refused("NO", "not today", { amount: 3 });
    expect(await outcome("take", call(3, "refuse"))).toEqual(no);
    expect(await outcome("take", call(3))).toEqual(no);
    expect(await effects()).toEqual([]);
  });

  test("a result that says nothing is told as an empty one, each time", async () => {
    expect(await outcome("take", call(3, "empty"))).toEqual(done({}));
    expect(await outcome("take", call(3, "empty"))).toEqual(done({}));
    expect(await select("select result from saga_barrier where id = ?", [id])).toEqual([{ result: null }]);
  });

  test("the calls of a message share a transaction, and each has its own answer", async () => {
    const answers = await outcomes("take", call(1, undefined, `${id}-a`), call(2, "refuse", `${id}-b`), call(3, undefined, `${id}-c`));
    expect(answers).toMatchObject([{ ok: true, result: { taken: 1 } }, { ok: false, type: "NO" }, { ok: true, result: { taken: 3 } }]);
    expect(groups).toEqual([[`${id}-a`, `${id}-b`, `${id}-c`]]);
  });

  test("parameters that can't be read refuse their own call, for ever", async () => {
    const answers = await outcomes("take", { ...key(), params: {} }, call(2, undefined, `${id}-b`));
    expect(answers).toEqual([refused("INVALID", "amount must be a number", { field: "amount" }), done({ taken: 2 })]);
    expect(await outcome("take", call(3))).toMatchObject({ ok: false, type: "INVALID" });
  });

  test("a call that makes its transaction throw fails alone, and may be repeated", async () => {
    const calls = [1, 2, 3, 4].map((amount) => call(amount, amount === 3 ? "poison" : undefined, `${id}-${amount}`));
    const failure: Failure = { ok: false, failed: true, type: "POISON", detail: "poisoned" };
    expect(await outcomes("take", ...calls)).toEqual([done({ taken: 1 }), done({ taken: 2 }), failure, done({ taken: 4 })]);
    expect(await outcome("take", call(3, undefined, `${id}-3`))).toEqual(done({ taken: 3 }));
  });
});

describe("undo", () => {
  test("I2: what was done is undone once, with its result", async () => {
    await outcome("take", call(3));
    expect(await outcomes("giveBack", key(), key())).toEqual([done({}), done({})]);
    expect(await outcome("giveBack", key())).toEqual(done({}));
    expect(await effects()).toEqual([3, -3]);
    expect(await outcome("take", call(3))).toEqual(sealed);
  });

  test("I2: what was never seen gets a tombstone: a call that comes late is refused", async () => {
    expect(await outcome("giveBack", key())).toEqual(done({}));
    expect(await outcome("take", call(3))).toEqual(sealed);
    expect(await effects()).toEqual([]);
    expect(groups).toEqual([]);
  });

  test("what was refused is left alone", async () => {
    await outcome("take", call(3, "refuse"));
    expect(await outcome("giveBack", key())).toEqual(done({}));
    expect(groups).toEqual([[id]]);
    expect(await outcome("take", call(3))).toMatchObject({ type: "NO" });
  });

  test("I2: a forward and its undo that race leave nothing", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `${id}-${index}`);
    await Promise.all(ids.flatMap((one, index) => {
      const both = [() => outcome("take", call(3, undefined, one)), () => outcome("giveBack", key(one))];
      return (index % 2 ? both : both.reverse()).map((ask) => ask());
    }));
    for (const one of ids) expect((await effects(one)).reduce((sum, amount) => sum + amount, 0)).toBe(0);
  });
});

describe("verify and seal", () => {
  test("tells what is known", async () => {
    expect(await verify("taken", false)).toEqual({ state: "absent" });
    await outcome("take", call(3));
    expect(await verify("taken", false)).toEqual({ state: "done", result: { taken: 3 } });
    await outcome("take", call(3, "refuse", `${id}-b`));
    expect(await verify("taken", false, `${id}-b`)).toEqual({ state: "refused", refusal: refused("NO", "not today", { amount: 3 }) });
  });

  test("I2: a seal where nothing is known is for ever", async () => {
    expect(await verify("outcome", true)).toEqual({ state: "sealed" });
    expect(await verify("outcome", true)).toEqual({ state: "sealed" });
    expect(await verify("outcome", false)).toEqual({ state: "sealed" });
    expect(await outcome("pay", call(3, "outside"))).toEqual(sealed);
    expect(performed).toEqual([]);
  });

  test("a seal changes nothing where something is known", async () => {
    await outcome("pay", call(3));
    expect(await verify("outcome", true)).toEqual({ state: "done", result: { paid: 3 } });
    expect(await outcome("pay", call(3))).toEqual(done({ paid: 3 }));
  });

  test("I4: of a call and a seal that race one is first, and both know which", async () => {
    for (let round = 0; round < 20; round++) {
      const of = `${id}-${round}`;
      const [paid, seal] = await Promise.all([outcome("pay", call(3, undefined, of)), verify("outcome", true, of)]);
      expect(seal.state).toBe(paid.ok ? "done" : "sealed");
      expect(await effects(of)).toEqual(paid.ok ? [3] : []);
    }
  });
});

describe("work outside of the database", () => {
  const unknown: Failure = { ok: false, failed: true, type: "SAGA_STEP_UNKNOWN" };
  const left = (of = id) => select("select action from saga_outside where id = ?", [of]);

  /** The outside answers when it is told to. */
  function hold(): { answer: (performed: Performed) => void } {
    let answer: (performed: Performed) => void = () => undefined;
    const answered = new Promise<Performed>((resolve) => (answer = resolve));
    outside.set(id, () => answered);
    return { answer: (performed) => answer(performed) };
  }

  test("is done between two transactions and answered when it is settled", async () => {
    expect(await outcome("pay", call(5, "outside"))).toEqual(done({ paid: 5, reference: `ref-${id}` }));
    expect(await outcome("pay", call(5, "outside"))).toEqual(done({ paid: 5, reference: `ref-${id}` }));
    expect(performed).toEqual([id]);
    expect(await effects()).toEqual([5]);
    expect(await left()).toEqual([]);
  });

  test("a step that settles at once costs no outside work and one transaction", async () => {
    expect(await outcome("pay", call(3))).toEqual(done({ paid: 3 }));
    expect(performed).toEqual([]);
    expect(await select("select tries from saga_barrier where id = ?", [id])).toEqual([{ tries: 1 }]);
  });

  test("I1: calls and questions that come while it is under way share it", async () => {
    const { answer } = hold();
    const asked = [outcome("pay", call(5, "outside")), outcome("pay", call(5, "outside")), verify("outcome", false), verify("outcome", true)] as const;
    // All four have been told by their transactions that it is started.
    await waitFor(async () => (await select("select 1 as one from saga_barrier where id = ? and tries >= 3", [id])).length > 0);
    answer({ state: "approved", reference: "r" });
    const result = { paid: 5, reference: "r" };
    expect(await Promise.all(asked)).toEqual([done(result), done(result), { state: "done", result }, { state: "done", result }]);
    expect(performed).toEqual([id]);
    expect(await effects()).toEqual([5]);
  });

  test("no group waits for the outside: neighbours are answered meanwhile", async () => {
    const { answer } = hold();
    const slow = outcome("pay", call(5, "outside"));
    await waitFor(() => performed.includes(id));
    expect(await outcome("pay", call(3, undefined, `${id}-b`))).toEqual(done({ paid: 3 }));
    expect(await outcome("take", call(3, undefined, `${id}-c`))).toEqual(done({ taken: 3 }));
    answer({ state: "approved", reference: "r" });
    expect(await slow).toMatchObject({ ok: true });
  });

  test("a refusal from outside is kept", async () => {
    outside.set(id, async () => ({ state: "declined", refusal: refused("DECLINED") }));
    expect(await outcome("pay", call(5, "outside"))).toEqual(refused("DECLINED"));
    expect(await verify("outcome", true)).toEqual({ state: "refused", refusal: refused("DECLINED") });
    expect(await effects()).toEqual([]);
  });

  test("an unknown outcome is a failure, shown to readers, and asked again by whatever asks for the step", async () => {
    outside.set(id, async () => ({ state: "unknown" }));
    expect(await outcome("pay", call(5, "outside"))).toEqual(unknown);
    expect(await verify("outcome", true)).toEqual({ state: "unknown" });
    expect(await select("select doubts from work where id = ?", [id])).toEqual([{ doubts: 2 }]);
    expect(await left()).toEqual([{ action: "pay" }]);
    outside.delete(id);
    expect(await verify("outcome", false)).toEqual({ state: "done", result: { paid: 5, reference: `ref-${id}` } });
    expect(performed).toEqual([id, id, id]);
    expect(await left()).toEqual([]);
  });

  test("an outside that can't be reached is an unknown outcome, and told", async () => {
    outside.set(id, () => Promise.reject(new Error("provider away")));
    expect(await outcome("pay", call(5, "outside"))).toEqual(unknown);
    expect(warnings).toHaveLength(1);
    outside.delete(id);
    expect(await outcome("pay", call(5, "outside"))).toMatchObject({ ok: true });
    expect(await effects()).toEqual([5]);
  });

  test("I1: two processes that settle the same step write one outcome", async () => {
    const other = node();
    await other.start();
    try {
      const { answer } = hold();
      const ask = (of: ServiceBroker) => of.call<{ outcomes: StepAnswer[] }, object>("purse.pay", { calls: [call(5, "outside")] });
      const both = [ask(broker), ask(other)];
      await waitFor(() => performed.filter((one) => one === id).length === 2);
      answer({ state: "approved", reference: "r" });
      const result = { outcomes: [done({ paid: 5, reference: "r" })] };
      expect(await Promise.all(both)).toEqual([result, result]);
      expect(await effects()).toEqual([5]);
    } finally {
      await other.stop();
    }
  });

  test("what an earlier process began and did not settle is asked for at start", async () => {
    outside.set(id, async () => ({ state: "unknown" }));
    await outcome("pay", call(5, "outside"));
    outside.delete(id);
    const restarted = node();
    await restarted.start();
    try {
      await waitFor(async () => (await effects()).length > 0);
      await waitFor(async () => (await left()).length === 0);
      expect(await outcome("pay", call(5, "outside"))).toEqual(done({ paid: 5, reference: `ref-${id}` }));
      expect(await effects()).toEqual([5]);
    } finally {
      await restarted.stop();
    }
  });
});
