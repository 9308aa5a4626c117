import { done, refused } from "../outcome";
import type { Failure } from ".";
import { Purse } from "./purse.fixture";

const purse = new Purse();
const sealed = refused("SAGA_STEP_SEALED");

describe("forward", () => {
  test("I1: a repeated call has one effect and the same answer", async () => {
    expect(await purse.outcome("take", purse.call(3))).toEqual(done({ taken: 3 }));
    expect(await purse.outcome("take", purse.call(3))).toEqual(done({ taken: 3 }));
    expect(await purse.effects()).toEqual([3]);
  });

  test("I1: also when it comes twice at once, in one message or two", async () => {
    const [first, second] = await Promise.all([
      purse.outcomes("take", purse.call(3), purse.call(3)),
      purse.outcomes("take", purse.call(3)),
    ]);
    expect([...first, ...second]).toEqual([done({ taken: 3 }), done({ taken: 3 }), done({ taken: 3 })]);
    expect(await purse.effects()).toEqual([3]);
  });

  test("I2: a refusal is kept with its facts, and leaves no effect", async () => {
    const no = refused("NO", "not today", { amount: 3 });
    expect(await purse.outcome("take", purse.call(3, "refuse"))).toEqual(no);
    expect(await purse.outcome("take", purse.call(3))).toEqual(no);
    expect(await purse.effects()).toEqual([]);
  });

  test("a result that says nothing is told as an empty one, each time", async () => {
    expect(await purse.outcome("take", purse.call(3, "empty"))).toEqual(done({}));
    expect(await purse.outcome("take", purse.call(3, "empty"))).toEqual(done({}));
    expect(await purse.select("select result from saga_barrier where id = ?", purse.id)).toEqual([{ result: null }]);
  });

  test("the calls of a message share a transaction, and each has its own answer", async () => {
    const answers = await purse.outcomes(
      "take",
      purse.call(1, undefined, `${purse.id}-a`),
      purse.call(2, "refuse", `${purse.id}-b`),
      purse.call(3, undefined, `${purse.id}-c`),
    );
    expect(answers).toMatchObject([
      { ok: true, result: { taken: 1 } },
      { ok: false, type: "NO" },
      { ok: true, result: { taken: 3 } },
    ]);
    expect(purse.groups).toEqual([[`${purse.id}-a`, `${purse.id}-b`, `${purse.id}-c`]]);
  });

  test("I2: parameters that can't be read refuse their own call, for ever", async () => {
    const answers = await purse.outcomes("take", { ...purse.key(), params: {} }, purse.call(2, undefined, `${purse.id}-b`));
    expect(answers).toEqual([refused("INVALID", "amount must be a number", { field: "amount" }), done({ taken: 2 })]);
    expect(purse.groups).toEqual([[`${purse.id}-b`]]);
    expect(await purse.outcome("take", purse.call(3))).toMatchObject({ ok: false, type: "INVALID" });
  });

  test("I1: a call that makes its transaction throw fails alone, and may be repeated", async () => {
    const calls = [1, 2, 3, 4].map((amount) => purse.call(amount, amount === 3 ? "poison" : undefined, `${purse.id}-${amount}`));
    const failure: Failure = { ok: false, failed: true, type: "POISON", detail: "poisoned" };
    expect(await purse.outcomes("take", ...calls)).toEqual([done({ taken: 1 }), done({ taken: 2 }), failure, done({ taken: 4 })]);
    expect(await purse.outcome("take", purse.call(3, undefined, `${purse.id}-3`))).toEqual(done({ taken: 3 }));
  });

  test("a handler that says nothing to a call isn't asked again in halves: all its calls fail, and leave no effect", async () => {
    const ids = [1, 2, 3, 4].map((n) => `${purse.id}-${n}`);
    const answers = await purse.outcomes("take", ...ids.map((id) => purse.call(1, "short", id)));
    expect(answers).toEqual(ids.map(() => expect.objectContaining({ ok: false, failed: true, type: "SAGA_STEP_FAILED" })));
    expect(purse.groups).toEqual([ids]);
    for (const id of ids) expect(await purse.effects(id)).toEqual([]);
  });
});

describe("undo", () => {
  test("I2: what was done is undone once, with its result", async () => {
    await purse.outcome("take", purse.call(3));
    expect(await purse.outcomes("giveBack", purse.key(), purse.key())).toEqual([done({}), done({})]);
    expect(await purse.outcome("giveBack", purse.key())).toEqual(done({}));
    expect(await purse.effects()).toEqual([3, -3]);
    expect(await purse.outcome("take", purse.call(3))).toEqual(sealed);
  });

  test("I2: what was never seen gets a tombstone: a call that comes late is refused", async () => {
    expect(await purse.outcome("giveBack", purse.key())).toEqual(done({}));
    expect(await purse.outcome("take", purse.call(3))).toEqual(sealed);
    expect(await purse.effects()).toEqual([]);
    expect(purse.groups).toEqual([]);
  });

  test("I2: what was refused is left alone", async () => {
    await purse.outcome("take", purse.call(3, "refuse"));
    expect(await purse.outcome("giveBack", purse.key())).toEqual(done({}));
    expect(purse.groups).toEqual([[purse.id]]);
    expect(await purse.outcome("take", purse.call(3))).toMatchObject({ type: "NO" });
  });

  test("I2: a forward and its undo that race leave nothing", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `${purse.id}-${index}`);
    await Promise.all(
      ids.flatMap((one, index) => {
        const both = [() => purse.outcome("take", purse.call(3, undefined, one)), () => purse.outcome("giveBack", purse.key(one))];
        return (index % 2 ? both : both.reverse()).map((ask) => ask());
      }),
    );
    for (const one of ids) expect((await purse.effects(one)).reduce((sum, amount) => sum + amount, 0)).toBe(0);
  });
});

describe("verify and seal", () => {
  test("tells what is known", async () => {
    expect(await purse.verify("taken", false)).toEqual({ state: "absent" });
    await purse.outcome("take", purse.call(3));
    expect(await purse.verify("taken", false)).toEqual({ state: "done", result: { taken: 3 } });
    await purse.outcome("take", purse.call(3, "refuse", `${purse.id}-b`));
    expect(await purse.verify("taken", false, `${purse.id}-b`)).toEqual({
      state: "refused",
      refusal: refused("NO", "not today", { amount: 3 }),
    });
  });

  test("I2: a seal where nothing is known is for ever", async () => {
    expect(await purse.verify("outcome", true)).toEqual({ state: "sealed" });
    expect(await purse.verify("outcome", true)).toEqual({ state: "sealed" });
    expect(await purse.verify("outcome", false)).toEqual({ state: "sealed" });
    expect(await purse.outcome("pay", purse.call(3, "outside"))).toEqual(sealed);
    expect(purse.performed).toEqual([]);
  });

  test("a seal changes nothing where something is known", async () => {
    await purse.outcome("pay", purse.call(3));
    expect(await purse.verify("outcome", true)).toEqual({ state: "done", result: { paid: 3 } });
    expect(await purse.outcome("pay", purse.call(3))).toEqual(done({ paid: 3 }));
  });

  test("I4: of a call and a seal that race one is first, and both know which", async () => {
    for (let round = 0; round < 20; round++) {
      const of = `${purse.id}-${round}`;
      const [paid, seal] = await Promise.all([purse.outcome("pay", purse.call(3, undefined, of)), purse.verify("outcome", true, of)]);
      expect(seal.state).toBe(paid.ok ? "done" : "sealed");
      expect(await purse.effects(of)).toEqual(paid.ok ? [3] : []);
    }
  });
});
