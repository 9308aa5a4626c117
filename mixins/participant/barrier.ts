/**
 * The barrier table: one row per step that was ever heard of. It makes repeating a call safe (I1) and remembers what was taken back or
 * must never happen, so that a message that comes late does nothing (I2).
 *
 * Every transaction touches its barrier rows first, with an upsert that always changes something: 0 deadlocks in 1,200 racing calls,
 * where `select … for update` then insert, and `insert ignore`, needed more than 700 retries. The rows are locked in ascending order.
 */
import type { Reader, Tx, Value } from "../database/types";
import type { Refusal } from "../outcome";
import type { StepKey, VerifyAnswer } from "./types";

/** Codes of `saga_barrier.state`. */
export const state = {
  /** Work outside of the database was begun; nobody knows yet what came of it. */
  STARTED: 1,
  /** The outside was asked and did not know. */
  UNKNOWN: 2,
  /** Done; `result` is what was answered, NULL for an empty object. */
  DONE: 3,
  /** Refused; `result` is the refusal. */
  FAILED: 4,
  /** Was done and taken back. */
  UNDONE: 5,
  /** Undone or sealed before it was ever done: it never happened and never will. */
  TOMB: 6,
} as const;

export type BarrierState = (typeof state)[keyof typeof state];

export interface BarrierRow {
  state: BarrierState;
  /** Written by this very transaction: nothing was known of the step before. */
  fresh: boolean;
  result: string | null;
}

/**
 * Creates `saga_barrier`, and `saga_outside`, which holds the steps in STARTED and UNKNOWN: the sweep at start reads it, so that the
 * barrier, which every call writes, needs no index beside its key.
 *
 * Rows of the barrier are never removed. Whoever removes some has to keep them longer than any saga can still call, or be started again by
 * its key: as long as the longest life of a saga (its deadline, its waits, all its releases; one that is PARKED lives until an operator
 * acts) and after that as long as the saga itself is remembered (`keepEndedMs` of the saga mixin). A row that is gone too early lets a late
 * call be done a second time (I1), or done after it was taken back (I2).
 */
export async function createBarrierTable(tx: Tx): Promise<void> {
  const key = "saga varchar(64) not null, id varchar(64) not null, step varchar(64) not null";
  await tx.execute(
    `create table if not exists saga_barrier (${key}, state tinyint not null, tries integer not null, result text,
      created_at bigint not null, updated_at bigint not null, primary key (saga, id, step)) ${tx.dialect.tableOptions}`,
  );
  await tx.execute(
    `create table if not exists saga_outside (${key}, action varchar(64) not null, primary key (saga, id, step)) ${tx.dialect.tableOptions}`,
  );
}

/** One text for a step's key. */
export const textOf = ({ saga, id, step }: StepKey): string => `${saga}\n${id}\n${step}`;

/**
 * Enters steps of which nothing is known yet, as nearly always: the rows go out with the next statement, and when one of them was known the
 * transaction is decided again, after `otherwise` was called. Only where the database's count tells; see `enter`.
 */
export function enterNew(tx: Tx, keys: readonly StepKey[], initial: BarrierState, otherwise: () => void): BarrierRow[] {
  const must = { rows: keys.length, what: "saga_barrier", otherwise };
  tx.executeLater(...entering(tx, keys, initial), must);
  return keys.map(() => ({ state: initial, fresh: true, result: null }));
}

/** Writes `initial` where nothing is known, counts the try where something is, and gives the rows as they stand then, in the order of the keys. */
export async function enter(tx: Tx, keys: readonly StepKey[], initial: BarrierState): Promise<BarrierRow[]> {
  const counted = await tx.execute(...entering(tx, keys, initial));
  if (tx.dialect.upsertCount === 2 && counted === keys.length) return keys.map(() => ({ state: initial, fresh: true, result: null }));
  const known = await read(tx, keys);
  return keys.map((key) => {
    const row = known.get(textOf(key));
    if (!row) throw new Error(`the barrier row of ${textOf(key)} is gone`);
    return row;
  });
}

function entering(tx: Tx, keys: readonly StepKey[], initial: BarrierState) {
  const set = `tries = tries + 1, updated_at = ${tx.dialect.excluded("updated_at")}`;
  const rows = keys.map((key) => ({ key, state: initial, result: null }));
  return upsertOf(tx, rows, set);
}

/** The rows of steps that are known, as nearly always when they are undone; where nothing is known `initial` is entered. In the order of the keys. */
export async function lock(tx: Tx, keys: readonly StepKey[], initial: BarrierState): Promise<BarrierRow[]> {
  const known = await read(tx, keys, tx.dialect.forUpdate);
  const missing = keys.filter((key) => !known.has(textOf(key)));
  const entered = missing.length > 0 ? await enter(tx, missing, initial) : [];
  missing.forEach((key, index) => known.set(textOf(key), entered[index] as BarrierRow));
  return keys.map((key) => known.get(textOf(key)) as BarrierRow);
}

/** The rows of those keys that are known, by the text of their key. `lock` is what follows the select. */
export async function read(reader: Reader, keys: readonly StepKey[], lock = ""): Promise<Map<string, BarrierRow>> {
  const rows = new Map<string, BarrierRow>();
  for (const { saga, step, ids } of byStep(keys)) {
    const found = await reader.select<{ id: string; state: BarrierState; tries: number; result: string | null }>(
      `select id, state, tries, result from saga_barrier where saga = ? and step = ? and id in (?) order by id ${lock}`,
      [saga, step, ids],
    );
    for (const { id, state, tries, result } of found) rows.set(textOf({ saga, id, step }), { state, fresh: tries === 1, result });
  }
  return rows;
}

export interface BarrierChange {
  key: StepKey;
  state: BarrierState;
  result: string | null;
}

/** Stores what became of steps whose rows this transaction has entered. */
export function store(tx: Tx, changes: readonly BarrierChange[]): void {
  if (changes.length === 0) return;
  const { excluded } = tx.dialect;
  const set = `state = ${excluded("state")}, result = ${excluded("result")}, updated_at = ${excluded("updated_at")}`;
  tx.executeLater(...upsertOf(tx, changes, set));
}

function upsertOf({ dialect }: Tx, changes: readonly BarrierChange[], set: string): [sql: string, values: Value[][][]] {
  const now = Date.now();
  const rows: Value[][] = changes.map(({ key, state, result }) => [key.saga, key.id, key.step, state, 1, result, now, now]);
  rows.sort((a, b) => compare(a, b));
  return [
    `insert into saga_barrier (saga, id, step, state, tries, result, created_at, updated_at) values ?
      ${dialect.upsert(["saga", "id", "step"], set)}`,
    [rows],
  ];
}

/** By the primary key's columns. */
function compare(a: readonly Value[], b: readonly Value[]): number {
  for (let column = 0; column < 3; column++) {
    const [left, right] = [String(a[column]), String(b[column])];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** The keys by saga and step: usually all calls of a group are of one. */
export function byStep(keys: readonly StepKey[]): Iterable<{ saga: string; step: string; ids: string[] }> {
  const groups = new Map<string, { saga: string; step: string; ids: string[] }>();
  for (const { saga, id, step } of keys) {
    const name = `${saga}\n${step}`;
    const group = groups.get(name);
    if (group) group.ids.push(id);
    else groups.set(name, { saga, step, ids: [id] });
  }
  return groups.values();
}

/** What a row says. */
export function knownOf({ state: code, result }: BarrierRow): VerifyAnswer {
  switch (code) {
    case state.DONE:
      return { state: "done", result: result === null ? {} : JSON.parse(result) };
    case state.FAILED:
      return { state: "refused", refusal: JSON.parse(String(result)) as Refusal };
    case state.STARTED:
    case state.UNKNOWN:
      return { state: "unknown" };
    case state.UNDONE:
    case state.TOMB:
      return { state: "sealed" };
  }
}

/** How an answer is kept; the inverse of `knownOf`. */
export function changeOf(key: StepKey, known: VerifyAnswer | undefined): BarrierChange {
  switch (known?.state) {
    case "done":
      return { key, state: state.DONE, result: isEmpty(known.result) ? null : JSON.stringify(known.result) };
    case "refused":
      return { key, state: state.FAILED, result: JSON.stringify(known.refusal) };
    case "unknown":
      return { key, state: state.UNKNOWN, result: null };
    default:
      throw new Error(`${textOf(key)} can't become ${known?.state}`);
  }
}

/** A result that says nothing is not stored, which saves most steps their second write. */
function isEmpty(result: unknown): boolean {
  return (
    result === undefined || (typeof result === "object" && result !== null && !Array.isArray(result) && Object.keys(result).length === 0)
  );
}
