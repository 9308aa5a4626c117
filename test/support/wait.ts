import { setTimeout as delay } from "node:timers/promises";

type Truthy<T> = Exclude<T, false | undefined | null | 0 | "">;

/** Polls until the condition gives something truthy, and returns that. Fails after `timeoutMs`, saying what was waited for. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 5, what = "the condition" }: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<Truthy<T>> {
  const giveUp = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Truthy<T>;
    if (Date.now() > giveUp) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(everyMs);
  }
}
