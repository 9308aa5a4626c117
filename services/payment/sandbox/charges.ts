/** The sandbox's charges: one row for a key, whatever came of it. */

import { uuid } from "../../../lib/ids";
import type { Migration, Reader, Tx } from "../../../mixins/database";
import { done, type Outcome, refused } from "../../../mixins/outcome";
import type { Charge, ChargeOutcome } from "../provider";
import { behaviourOf } from "./tokens";

export const charges: Migration = {
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

export interface ChargeCall {
  key: string;
  charge: Charge;
}

export type ChargeRow = {
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

/** Stores what is new. The transaction began as the file's only writer, so no other process can store one of the keys meanwhile. */
export async function storeCharges(calls: readonly ChargeCall[], tx: Tx, now: number): Promise<Outcome<ChargeRow>[]> {
  const keys = calls.map(({ key }) => key);
  const known = await findCharges(tx, keys);
  const fresh = calls.filter(({ key }) => !known.has(key)).map((call) => rowOf(call, now));
  await tx.insert("charge", fresh);
  for (const row of fresh) known.set(row.charge_key, row);
  return calls.map(({ key, charge }) => {
    const row = known.get(key);
    const same = row && row.amount === charge.amount && row.currency === charge.currency && row.token === charge.token;
    return same ? done(row) : refused("KEY_REUSED", `the key ${key} was used for another charge`);
  });
}

function rowOf({ key, charge: { amount, currency, token } }: ChargeCall, now: number): ChargeRow {
  const { approved, answersAfterMs, knownAfterMs } = behaviourOf(token);
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

export function chargeOutcome({ known_at, approved, reference }: ChargeRow, now: number): ChargeOutcome {
  if (now < known_at) return { state: "unknown" };
  return approved ? { state: "approved", reference } : { state: "declined", reason: "The card was declined" };
}

async function findCharges(db: Reader, keys: readonly string[]): Promise<Map<string, ChargeRow>> {
  const rows = await db.select<ChargeRow>("select * from charge where charge_key in (?)", [keys]);
  return new Map(rows.map((row) => [row.charge_key, row]));
}
