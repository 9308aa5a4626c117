/**
 * A payment provider to try the shop with. It stands for a foreign system: it has a durable file of its own, shared by all processes of
 * a machine, knows its charges and refunds by their keys alone, and survives whatever befalls the shop. Both are stored before they are
 * answered.
 */
import { setTimeout as delay } from "node:timers/promises";

import { type Database, openDatabase, sqliteUrl, type Tx } from "../../../mixins/database";
import { createGroupCommit, type GroupCommit, type GroupHandler } from "../../../mixins/group-commit";
import type { Outcome } from "../../../mixins/outcome";
import type { Charge, ChargeOutcome, PaymentProvider, Refund, RefundOutcome } from "../provider";
import { type ChargeCall, chargeOutcome, type ChargeRow, charges, storeCharges } from "./charges";
import { type RefundCall, refundOutcome, type RefundRow, refunds, storeRefunds } from "./refunds";

export interface SandboxClock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: SandboxClock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

/** Opens the sandbox's file, and creates it when there is none. */
export async function openSandboxProvider({ file, clock = realClock }: { file: string; clock?: SandboxClock }): Promise<PaymentProvider> {
  const db = await openDatabase({ name: "sandbox-provider", url: sqliteUrl(file), migrations: [charges, refunds] });
  await db.migrate();
  return new SandboxProvider(db, clock);
}

class SandboxProvider implements PaymentProvider {
  readonly #group: GroupCommit;
  readonly #charges: GroupHandler<ChargeCall, ChargeRow>;
  readonly #refunds: GroupHandler<RefundCall, RefundRow>;

  constructor(
    private readonly db: Database,
    private readonly clock: SandboxClock,
  ) {
    this.#group = createGroupCommit(db);
    this.#charges = this.#handler("charge", storeCharges);
    this.#refunds = this.#handler("refund", storeRefunds);
  }

  async charge(key: string, charge: Charge, signal: AbortSignal): Promise<ChargeOutcome> {
    const stored = resultOf(await this.#group.submit(this.#charges, { key, charge }));
    const wait = stored.answer_at - this.clock.now();
    if (wait > 0) await this.clock.sleep(wait, signal);
    return chargeOutcome(stored, this.clock.now());
  }

  async refund(key: string, refund: Refund): Promise<RefundOutcome> {
    return refundOutcome(resultOf(await this.#group.submit(this.#refunds, { key, refund })), this.clock.now());
  }

  async close(): Promise<void> {
    await this.#group.drained();
    await this.db.close();
  }

  #handler<C extends { key: string }, R>(
    name: string,
    store: (calls: readonly C[], tx: Tx, now: number) => Promise<Outcome<R>[]>,
  ): GroupHandler<C, R> {
    return { name, conflictKey: ({ key }) => key, run: (calls, tx) => store(calls, tx, this.clock.now()) };
  }
}

function resultOf<R>(stored: Outcome<R>): R {
  if (!stored.ok) throw new Error(stored.detail);
  return stored.result;
}
