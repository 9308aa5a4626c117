import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { atEnd } from "../../../test/support/cleanup";
import type { PaymentProvider } from "../provider";
import { openSandboxProvider, type SandboxClock } from "./sandbox-provider";

const never = new AbortController().signal;
const card = (token: string) => ({ amount: 100, currency: "KRW" as const, token });

/** Time passes only when the test says so, or when somebody sleeps. */
class VirtualClock implements SandboxClock {
  at = 1_000;
  now = () => this.at;
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.at += ms;
  }
}

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sandbox-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "50% off?#.sqlite");
}

async function opened(file: string, clock: SandboxClock): Promise<PaymentProvider> {
  const provider = await openSandboxProvider({ file, clock });
  atEnd(() => provider.close());
  return provider;
}

async function sandbox() {
  const clock = new VirtualClock();
  const provider = await opened(await newFile(), clock);
  const after = async (token: string, ms: number) => {
    clock.at += ms;
    return provider.charge(token, card(token), never);
  };
  return { clock, provider, after };
}

test("tok_ok is approved, tok_declined and a card nobody knows are declined", async () => {
  const { provider } = await sandbox();
  expect(await provider.charge("a", card("tok_ok"), never)).toMatchObject({
    state: "approved",
    reference: expect.stringMatching(/^sandbox_/),
  });
  for (const token of ["tok_declined", "tok_nobody_knows", "", "constructor"]) {
    expect(await provider.charge(`key of ${token}`, card(token), never)).toMatchObject({ state: "declined" });
  }
});

test.each([
  ["tok_timeout", "approved"],
  ["tok_lost", "declined"],
])("%s is unknown at first and %s within 5 s", async (token, state) => {
  const { after } = await sandbox();
  expect(await after(token, 0)).toEqual({ state: "unknown" });
  expect(await after(token, 500)).toEqual({ state: "unknown" });
  expect(await after(token, 4_500)).toMatchObject({ state });
});

test("tok_slow is approved after 2 s", async () => {
  const { clock, provider } = await sandbox();
  expect(await provider.charge("tok_slow", card("tok_slow"), never)).toMatchObject({ state: "approved" });
  expect(clock.at).toBe(3_000);
});

test("who doesn't wait for tok_slow has charged nevertheless", async () => {
  const { after, provider } = await sandbox();
  await expect(provider.charge("tok_slow", card("tok_slow"), AbortSignal.abort())).rejects.toThrow();
  expect(await after("tok_slow", 2_000)).toMatchObject({ state: "approved" });
});

test("I1: a key charges once, and survives the process", async () => {
  const file = await newFile();
  const first = await openSandboxProvider({ file, clock: new VirtualClock() });
  const outcome = await first.charge("k", card("tok_ok"), never);
  expect(await first.charge("k", card("tok_ok"), never)).toEqual(outcome);
  await first.close();

  const second = await opened(file, new VirtualClock());
  expect(await second.charge("k", card("tok_ok"), never)).toEqual(outcome);
  await expect(second.charge("k", { ...card("tok_ok"), amount: 101 }, never)).rejects.toThrow("another charge");
});

test("I1: two processes that charge the same keys at once charge each once", async () => {
  const file = await newFile();
  const run = async () => {
    const args = ["--import", "tsx", join(__dirname, "charge-many.fixture.ts"), file, "200"];
    return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as { state: string; reference: string }[];
  };
  const [one, other] = await Promise.all([run(), run()]);
  expect(one).toHaveLength(200);
  expect(new Set(one.map(({ reference }) => reference)).size).toBe(200);
  expect(other).toEqual(one);
}, 30_000);

describe("a refund", () => {
  /** A card that was charged 100, and what is asked for it. */
  async function charged(token: string) {
    const { clock, provider } = await sandbox();
    const outcome = await provider.charge("c", card(token), never);
    if (outcome.state !== "approved") throw new Error(`${token} is ${outcome.state}`);
    const { reference } = outcome;
    const refund = (key: string, amount = 100, of = reference) => provider.refund(key, { reference: of, amount, currency: "KRW" }, never);
    return { clock, reference, refund };
  }

  test("gives the charge back, at once, whatever the charge took", async () => {
    for (const token of ["tok_ok", "tok_slow"]) {
      const { refund, reference } = await charged(token);
      const refunded = await refund("r");
      expect(refunded).toEqual({ state: "refunded", reference: expect.stringMatching(/^sandbox_refund_/) });
      expect(refunded).not.toHaveProperty("reference", reference);
    }
  });

  test("tok_refund_declined is declined", async () => {
    const { refund } = await charged("tok_refund_declined");
    expect(await refund("r")).toEqual({ state: "declined", reason: expect.any(String) });
  });

  test("tok_refund_timeout is unknown at first and done within 5 s", async () => {
    const { clock, refund } = await charged("tok_refund_timeout");
    expect(await refund("r")).toEqual({ state: "unknown" });
    clock.at += 500;
    expect(await refund("r")).toEqual({ state: "unknown" });
    clock.at += 4_500;
    expect(await refund("r")).toMatchObject({ state: "refunded" });
  });

  test("I8: gives back no more than was charged, in parts too, and those of unknown outcome count", async () => {
    const { clock, refund } = await charged("tok_refund_timeout");
    const parts = await Promise.all([refund("a", 60), refund("b", 60), refund("c", 40), refund("d", 1)]);
    clock.at += 5_000;
    expect(parts.map(({ state }) => state)).toEqual(["unknown", "unknown", "unknown", "unknown"]);
    const known = await Promise.all([refund("a", 60), refund("b", 60), refund("c", 40), refund("d", 1)]);
    expect(known.map(({ state }) => state)).toEqual(["refunded", "declined", "refunded", "declined"]);
  });

  test("I8: one that was declined leaves the charge to another", async () => {
    const { refund } = await charged("tok_ok");
    expect(await refund("a", 101)).toMatchObject({ state: "declined" });
    expect(await refund("b", 100)).toMatchObject({ state: "refunded" });
    expect(await refund("a", 101)).toMatchObject({ state: "declined" });
  });

  test("of a charge that nobody knows is declined", async () => {
    const { refund } = await charged("tok_ok");
    expect(await refund("r", 100, "sandbox_unknown")).toMatchObject({ state: "declined" });
  });

  test("I1: a key gives back once, and survives the process", async () => {
    const file = await newFile();
    const first = await openSandboxProvider({ file, clock: new VirtualClock() });
    const outcome = await first.charge("c", card("tok_ok"), never);
    const { reference } = outcome as { reference: string };
    const refund = { reference, amount: 100, currency: "KRW" as const };
    const refunded = await first.refund("r", refund, never);
    expect(await first.refund("r", refund, never)).toEqual(refunded);
    await first.close();

    const second = await opened(file, new VirtualClock());
    expect(await second.refund("r", refund, never)).toEqual(refunded);
    await expect(second.refund("r", { ...refund, amount: 99 }, never)).rejects.toThrow("another refund");
    expect(await second.refund("other", refund, never)).toMatchObject({ state: "declined" });
  });
});
