/** The sandbox's refunds: one row for a key, whatever came of it. Of a charge no more is given back than was taken. */

import { uuid } from "../../../lib/ids";
import { createIndex, type Migration, type Reader, type Tx } from "../../../mixins/database";
import { done, type Outcome, refused } from "../../../mixins/outcome";
import type { Refund, RefundOutcome } from "../provider";
import type { ChargeRow } from "./charges";
import { behaviourOf } from "./tokens";

export const refunds: Migration = {
  name: "0002-refunds",
  async up(tx) {
    await tx.execute(`create table if not exists refund (
      refund_key varchar(255) not null primary key,
      charge_reference varchar(128) not null,
      amount bigint not null,
      currency varchar(3) not null,
      declined varchar(200),
      reference varchar(64) not null,
      known_at bigint not null,
      created_at bigint not null
    ) ${tx.dialect.tableOptions}`);
    await createIndex(tx, "refund", ["charge_reference"]);
    await createIndex(tx, "charge", ["reference"]);
  },
};

export interface RefundCall {
  key: string;
  refund: Refund;
}

export type RefundRow = {
  refund_key: string;
  charge_reference: string;
  amount: number;
  currency: string;
  /** Why not; null for one that is done. */
  declined: string | null;
  reference: string;
  known_at: number;
  created_at: number;
};

/** Stores what is new. The transaction began as the file's only writer, so nobody can refund one of the charges meanwhile. */
export async function storeRefunds(calls: readonly RefundCall[], tx: Tx, now: number): Promise<Outcome<RefundRow>[]> {
  const known = await findRefunds(tx, calls);
  const charged = await findCharged(tx, calls);
  const fresh: RefundRow[] = [];
  const outcomes = calls.map(({ key, refund }) => {
    const stored = known.get(key);
    if (stored) return isSame(stored, refund) ? done(stored) : refused("KEY_REUSED", `the key ${key} was used for another refund`);
    const row = rowOf(key, refund, charged.get(refund.reference), now);
    fresh.push(row);
    return done(row);
  });
  await tx.insert("refund", fresh);
  return outcomes;
}

export function refundOutcome({ known_at, declined, reference }: RefundRow, now: number): RefundOutcome {
  if (now < known_at) return { state: "unknown" };
  return declined === null ? { state: "refunded", reference } : { state: "declined", reason: declined };
}

/** With what was not given back so far. */
type Charged = ChargeRow & { refundable: number };

/** What is left of the charge is counted on, for the next refund of the same transaction. */
function rowOf(key: string, { reference, amount, currency }: Refund, charge: Charged | undefined, now: number): RefundRow {
  const declined = whyNot({ amount, currency }, charge);
  if (charge && declined === null) charge.refundable -= amount;
  return {
    refund_key: key,
    charge_reference: reference,
    amount,
    currency,
    declined,
    reference: `sandbox_refund_${uuid()}`,
    known_at: now + (charge ? behaviourOf(charge.token).refund.knownAfterMs : 0),
    created_at: now,
  };
}

function whyNot({ amount, currency }: Omit<Refund, "reference">, charge: Charged | undefined): string | null {
  if (!charge?.approved) return "The payment provider knows of no such payment";
  if (currency !== charge.currency || amount > charge.refundable) return "More would be given back than was paid";
  return behaviourOf(charge.token).refund.approved ? null : "The bank declined to take the money back";
}

const isSame = (row: RefundRow, { reference, amount, currency }: Refund): boolean =>
  row.charge_reference === reference && row.amount === amount && row.currency === currency;

async function findRefunds(db: Reader, calls: readonly RefundCall[]): Promise<Map<string, RefundRow>> {
  const rows = await db.select<RefundRow>("select * from refund where refund_key in (?)", [calls.map(({ key }) => key)]);
  return new Map(rows.map((row) => [row.refund_key, row]));
}

async function findCharged(db: Reader, calls: readonly RefundCall[]): Promise<Map<string, Charged>> {
  const rows = await db.select<Charged>(
    `select charge.*,
       charge.amount - coalesce((select sum(refund.amount) from refund where charge_reference = charge.reference and declined is null), 0)
         as refundable
     from charge where charge.reference in (?)`,
    [calls.map(({ refund }) => refund.reference)],
  );
  return new Map(rows.map((row) => [row.reference, row]));
}
