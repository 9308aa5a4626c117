import type { ServiceBroker } from "moleculer";

import { waitFor } from "../../test/support/wait";
import { done, refused } from "../outcome";
import type { Failure, Performed, StepAnswer } from ".";
import { Purse } from "./purse.fixture";

const purse = new Purse();

describe("work outside of the database", () => {
  const unknown: Failure = { ok: false, failed: true, type: "SAGA_STEP_UNKNOWN" };
  const left = (of = purse.id) => purse.select("select action from saga_outside where id = ?", of);

  /** The outside answers when it is told to. */
  function hold(): { answer(performed: Performed): void } {
    const { promise, resolve } = Promise.withResolvers<Performed>();
    purse.outside.set(purse.id, () => promise);
    return { answer: resolve };
  }

  test("is done between two transactions and answered when it is settled", async () => {
    expect(await purse.outcome("pay", purse.call(5, "outside"))).toEqual(done({ paid: 5, reference: `ref-${purse.id}` }));
    expect(await purse.outcome("pay", purse.call(5, "outside"))).toEqual(done({ paid: 5, reference: `ref-${purse.id}` }));
    expect(purse.performed).toEqual([purse.id]);
    expect(await purse.effects()).toEqual([5]);
    expect(await left()).toEqual([]);
  });

  test("a step that settles at once costs no outside work and one transaction", async () => {
    expect(await purse.outcome("pay", purse.call(3))).toEqual(done({ paid: 3 }));
    expect(purse.performed).toEqual([]);
    expect(await purse.select("select tries from saga_barrier where id = ?", purse.id)).toEqual([{ tries: 1 }]);
  });

  test("I1: calls and questions that come while it is under way share it", async () => {
    const { answer } = hold();
    const asked = [
      purse.outcome("pay", purse.call(5, "outside")),
      purse.outcome("pay", purse.call(5, "outside")),
      purse.verify("outcome", false),
      purse.verify("outcome", true),
    ] as const;
    // The calls and the seal have been told by their transactions that it is started.
    await waitFor(async () => (await purse.select("select 1 as one from saga_barrier where id = ? and tries >= 3", purse.id)).length > 0);
    answer({ state: "approved", reference: "r" });
    const result = { paid: 5, reference: "r" };
    expect(await Promise.all(asked)).toEqual([done(result), done(result), { state: "done", result }, { state: "done", result }]);
    expect(purse.performed).toEqual([purse.id]);
    expect(await purse.effects()).toEqual([5]);
  });

  test("no group waits for the outside: neighbours are answered meanwhile", async () => {
    const { answer } = hold();
    const slow = purse.outcome("pay", purse.call(5, "outside"));
    await waitFor(() => purse.performed.includes(purse.id));
    expect(await purse.outcome("pay", purse.call(3, undefined, `${purse.id}-b`))).toEqual(done({ paid: 3 }));
    expect(await purse.outcome("take", purse.call(3, undefined, `${purse.id}-c`))).toEqual(done({ taken: 3 }));
    answer({ state: "approved", reference: "r" });
    expect(await slow).toMatchObject({ ok: true });
  });

  test("I2: a refusal from outside is kept", async () => {
    purse.outside.set(purse.id, async () => ({ state: "declined", refusal: refused("DECLINED") }));
    expect(await purse.outcome("pay", purse.call(5, "outside"))).toEqual(refused("DECLINED"));
    expect(await purse.verify("outcome", true)).toEqual({ state: "refused", refusal: refused("DECLINED") });
    expect(await purse.effects()).toEqual([]);
  });

  test("I4: an unknown outcome is a failure, shown to readers, and asked again by whatever asks for the step", async () => {
    purse.outside.set(purse.id, async () => ({ state: "unknown" }));
    expect(await purse.outcome("pay", purse.call(5, "outside"))).toEqual(unknown);
    expect(await purse.verify("outcome", true)).toEqual({ state: "unknown" });
    expect(await purse.select("select doubts from work where id = ?", purse.id)).toEqual([{ doubts: 2 }]);
    expect(await left()).toEqual([{ action: "pay" }]);
    purse.outside.delete(purse.id);
    expect(await purse.verify("outcome", false)).toEqual({ state: "done", result: { paid: 5, reference: `ref-${purse.id}` } });
    expect(purse.performed).toEqual([purse.id, purse.id, purse.id]);
    expect(await left()).toEqual([]);
  });

  test("an outside that can't be reached is an unknown outcome, and told", async () => {
    purse.outside.set(purse.id, () => Promise.reject(new Error("provider away")));
    expect(await purse.outcome("pay", purse.call(5, "outside"))).toEqual(unknown);
    expect(purse.warnings).toHaveLength(1);
    purse.outside.delete(purse.id);
    expect(await purse.outcome("pay", purse.call(5, "outside"))).toMatchObject({ ok: true });
    expect(await purse.effects()).toEqual([5]);
  });

  test("I1: two processes that settle the same step write one outcome", async () => {
    const other = purse.node();
    await other.start();
    try {
      const { answer } = hold();
      const ask = (of: ServiceBroker) => of.call<{ outcomes: StepAnswer[] }, object>("purse.pay", { calls: [purse.call(5, "outside")] });
      const both = [ask(purse.broker), ask(other)];
      await waitFor(() => purse.performed.filter((one) => one === purse.id).length === 2);
      answer({ state: "approved", reference: "r" });
      const result = { outcomes: [done({ paid: 5, reference: "r" })] };
      expect(await Promise.all(both)).toEqual([result, result]);
      expect(await purse.effects()).toEqual([5]);
    } finally {
      await other.stop();
    }
  });

  test("I1, I6: what an earlier process began and did not settle is asked for at start", async () => {
    purse.outside.set(purse.id, async () => ({ state: "unknown" }));
    await purse.outcome("pay", purse.call(5, "outside"));
    purse.outside.delete(purse.id);
    const restarted = purse.node();
    await restarted.start();
    try {
      await waitFor(async () => (await purse.effects()).length > 0);
      await waitFor(async () => (await left()).length === 0);
      expect(await purse.outcome("pay", purse.call(5, "outside"))).toEqual(done({ paid: 5, reference: `ref-${purse.id}` }));
      expect(await purse.effects()).toEqual([5]);
    } finally {
      await restarted.stop();
    }
  });
});
