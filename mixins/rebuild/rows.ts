/** The statements on `read_model_rebuild`; no other file knows it. Leases go by the database's clock. */
import { type Database, DecideAgain, isDuplicateKey, type Reader, type Tx } from "../database";
import type { RebuildState, RebuildStatus } from "./types";

type Row = {
  id: string;
  state: RebuildState;
  started_at: number;
  ended_at: number | null;
  source: RebuildStatus["source"];
  done: number;
  total: number;
  skipped: number;
  error: string | null;
  left: number;
};

/** A rebuild as its row has it, and how long its owner's lease still runs, in ms. */
export interface Stored {
  status: RebuildStatus;
  left: number;
}

export async function read(db: Reader, consumer: string, lock = ""): Promise<Stored | undefined> {
  const [row] = await db.select<Row>(
    `select id, state, started_at, ended_at, source, done, total, skipped, error, lease_until - ${db.dialect.now} as \`left\`
     from read_model_rebuild where consumer = ? ${lock}`,
    [consumer],
  );
  if (!row) return undefined;
  const { id, state, source, done, total, skipped } = row;
  const ends = { ...(row.ended_at !== null && { endedAt: row.ended_at }), ...(row.error !== null && { error: row.error }) };
  return { status: { id, state, startedAt: row.started_at, source, done, total, skipped, ...ends }, left: row.left };
}

/** Whose a rebuild is, and for how long. */
export interface Lease {
  consumer: string;
  id: string;
  owner: string;
  ms: number;
}

const open: readonly RebuildState[] = ["BUILDING", "CATCHING_UP"];

/** Notes a rebuild that begins. Gives the one that is not at its end yet instead, if there is one: then nothing is changed. */
export function begin(
  db: Database,
  { consumer, id, owner, ms }: Lease,
  source: RebuildStatus["source"],
): Promise<RebuildStatus | undefined> {
  return db.transaction(async (tx) => {
    const known = await read(tx, consumer, tx.dialect.forUpdate);
    if (known && open.includes(known.status.state)) return known.status;
    if (known) await tx.execute("delete from read_model_rebuild where consumer = ?", [consumer]);
    const { now } = tx.dialect;
    const sql = `insert into read_model_rebuild (consumer, id, state, owner, lease_until, started_at, source, done, total, skipped)
      values (?, ?, 'BUILDING', ?, ${now} + ?, ${now}, ?, 0, 0, 0)`;
    await tx.execute(sql, [consumer, id, owner, ms, source]).catch((error: unknown) => {
      throw isDuplicateKey(error) ? new DecideAgain("another rebuild has begun meanwhile", error) : error;
    });
    return undefined;
  });
}

/** Takes a rebuild whose owner is gone: his lease has run out, or `atOnce`. */
export function takeOver(db: Database, { consumer, owner, ms }: Omit<Lease, "id">, atOnce: boolean): Promise<RebuildStatus | undefined> {
  return db.transaction(async (tx) => {
    const known = await read(tx, consumer, tx.dialect.forUpdate);
    if (!known || !open.includes(known.status.state) || (known.left > 0 && !atOnce)) return undefined;
    const sql = `update read_model_rebuild set owner = ?, lease_until = ${tx.dialect.now} + ? where consumer = ?`;
    await tx.execute(sql, [owner, ms, consumer]);
    return known.status;
  });
}

/** What may change in a row while it is somebody's. */
export type Change = Partial<Pick<RebuildStatus, "state" | "source" | "done" | "total" | "skipped" | "error">> & { ended?: boolean };

/** Writes how it stands and prolongs the lease by `ms`; 0 gives it up. False when it is another's by now: then nothing is written. */
export async function keep(tx: Tx, { consumer, id, owner, ms }: Lease, { ended, ...change }: Change): Promise<boolean> {
  const { now } = tx.dialect;
  const columns = Object.entries(change);
  const set = [...columns.map(([column]) => `${column} = ?`), ...(ended ? [`ended_at = ${now}`] : [])].map((one) => `, ${one}`).join("");
  const [mine] = await tx.select(
    `select id from read_model_rebuild where consumer = ? and id = ? and owner = ? and state in (?) ${tx.dialect.forUpdate}`,
    [consumer, id, owner, open],
  );
  if (!mine) return false;
  await tx.execute(`update read_model_rebuild set lease_until = ${now} + ?${set} where consumer = ?`, [
    ms,
    ...columns.map(([, value]) => value),
    consumer,
  ]);
  return true;
}
