/**
 * A payment provider to try the shop with. It stands for a foreign system: it has a durable file of its own, shared by all processes of
 * a machine, knows its charges by their keys alone, and survives whatever befalls the shop. A charge is stored before it is answered.
 */
import { setTimeout as delay } from "node:timers/promises";

import { v7 as uuid } from "uuid";

import { type Database, type Migration, openDatabase, type Reader, sqliteUrl, type Tx } from "../../../mixins/database";
import { createGroupCommit, type GroupCommit, type GroupHandler } from "../../../mixins/group-commit";
import { done, type Outcome, refused } from "../../../mixins/outcome";
import type { Charge, ChargeOutcome, PaymentProvider } from "../provider";
import { behaviourOf } from "./tokens";

export interface SandboxClock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: SandboxClock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};

const charges: Migration = {
  name: "0001-charges",
  async up(tx) {
    await tx.execute(`create table if not exists charge (
      charge_key varchar(255) not null primary key,
      amount bigint not null,
      currency varchar(3) not null,
      token varchar(200) not null,
      approved smallint not null,
      reference varchar(64) not null,
      answer_at bigint not null,
      known_at bigint not null,
      created_at bigint not null
    ) ${tx.dialect.tableOptions}`);
  },
};

interface Asked {
  key: string;
  charge: Charge;
}

type ChargeRow = {
  charge_key: string;
  amount: number;
  currency: string;
  token: string;
  approved: number;
  reference: string;
  answer_at: number;
  known_at: number;
  created_at: number;
};

/** Opens the sandbox's file, and creates it when there is none. */
export async function openSandboxProvider({ file, clock = realClock }: { file: string; clock?: SandboxClock }): Promise<PaymentProvider> {
  const db = await openDatabase({ name: "sandbox-provider", url: sqliteUrl(file), migrations: [charges] });
  await db.migrate();
  return new SandboxProvider(db, clock);
}

class SandboxProvider implements PaymentProvider {
  readonly #group: GroupCommit;
  readonly #storeCharges: GroupHandler<Asked, ChargeRow>;

  constructor(
    private readonly db: Database,
    private readonly clock: SandboxClock,
  ) {
    this.#group = createGroupCommit(db);
    this.#storeCharges = { name: "charge", conflictKey: ({ key }) => key, run: (calls, tx) => this.#store(calls, tx) };
  }

  async charge(key: string, charge: Charge, signal: AbortSignal): Promise<ChargeOutcome> {
    const stored = await this.#group.submit(this.#storeCharges, { key, charge });
    if (!stored.ok) throw new Error(stored.detail);
    const wait = stored.result.answer_at - this.clock.now();
    if (wait > 0) await this.clock.sleep(wait, signal);
    return this.#outcomeOf(stored.result);
  }

  async close(): Promise<void> {
    await this.#group.drained();
    await this.db.close();
  }

  /** The transaction began as the file's only writer, so no other process can store one of the keys meanwhile. */
  async #store(calls: readonly Asked[], tx: Tx): Promise<Outcome<ChargeRow>[]> {
    const known = await findCharges(
      tx,
      calls.map(({ key }) => key),
    );
    const fresh = calls.filter(({ key }) => !known.has(key)).map((call) => this.#rowOf(call));
    await tx.insert("charge", fresh);
    for (const row of fresh) known.set(row.charge_key, row);
    return calls.map(({ key, charge }) => {
      const row = known.get(key);
      const same = row && row.amount === charge.amount && row.currency === charge.currency && row.token === charge.token;
      return same ? done(row) : refused("KEY_REUSED", `the key ${key} was used for another charge`);
    });
  }

  #rowOf({ key, charge: { amount, currency, token } }: Asked): ChargeRow {
    const { approved, answersAfterMs, knownAfterMs } = behaviourOf(token);
    const now = this.clock.now();
    return {
      charge_key: key,
      amount,
      currency,
      token,
      approved: approved ? 1 : 0,
      reference: `sandbox_${uuid()}`,
      answer_at: now + answersAfterMs,
      known_at: now + knownAfterMs,
      created_at: now,
    };
  }

  #outcomeOf({ known_at, approved, reference }: ChargeRow): ChargeOutcome {
    if (this.clock.now() < known_at) return { state: "unknown" };
    return approved ? { state: "approved", reference } : { state: "declined", reason: "The card was declined" };
  }
}

async function findCharges(db: Reader, keys: readonly string[]): Promise<Map<string, ChargeRow>> {
  const rows = await db.select<ChargeRow>("select * from charge where charge_key in (?)", [keys]);
  return new Map(rows.map((row) => [row.charge_key, row]));
}
