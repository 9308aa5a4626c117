import { setTimeout as delay } from "node:timers/promises";

/** Polls until the condition gives something truthy, and returns that. Fails after `timeoutMs`, saying what was waited for. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, what = "the condition" }: { timeoutMs?: number; what?: string } = {},
): Promise<T> {
  const giveUp = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > giveUp) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(5);
  }
}
