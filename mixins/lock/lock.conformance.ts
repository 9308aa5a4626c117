import { deferred } from "../waiting";
import type { LockStore } from "./types";

/** What every lock store must do. `make` gives a store whose work waits at most `waitMs`; keys are fresh for each test. */
export function lockConformance(name: string, make: (options: { waitMs: number }) => LockStore): void {
  describe(`${name} as a lock store`, () => {
    let key = "";
    beforeEach(() => {
      key = `lock-test:${process.pid}:${Math.random()}`;
    });

    test("works of one key never overlap", async () => {
      const lock = make({ waitMs: 10_000 });
      let running = 0;
      let most = 0;
      const work = async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      };
      await Promise.all(Array.from({ length: 8 }, () => lock.using(key, 10_000, work)));
      expect(most).toBe(1);
    });

    test("works of different keys don't wait for each other", async () => {
      const lock = make({ waitMs: 10_000 });
      const answer = await lock.using(key, 10_000, () => lock.using(`${key}:other`, 10_000, async () => "both held"));
      expect(answer).toBe("both held");
    });

    test("the work's error passes through and frees the lock", async () => {
      const lock = make({ waitMs: 10_000 });
      await expect(lock.using(key, 60_000, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      expect(await lock.using(key, 60_000, async () => "free")).toBe("free");
    });

    test("a lock lapses after its ttl although its holder hangs", async () => {
      const lock = make({ waitMs: 60_000 });
      const holder = hang();
      const held = lock.using(key, 30, holder.work);
      await holder.began;
      expect(await lock.using(key, 30, async () => "lapsed")).toBe("lapsed");
      holder.end();
      await held;
    });

    test("work runs without the lock when its wait is over", async () => {
      const lock = make({ waitMs: 30 });
      const holder = hang();
      const held = lock.using(key, 60_000, holder.work);
      await holder.began;
      expect(await lock.using(key, 60_000, async () => "ran")).toBe("ran");
      holder.end();
      await held;
    });
  });
}

/** Work that says when it began and goes on until it is told to end. */
export function hang(): { work(): Promise<void>; began: Promise<void>; end(): void } {
  const began = deferred();
  const ended = deferred();
  return { work: () => (began.resolve(), ended.promise), began: began.promise, end: () => ended.resolve() };
}
