/**
 * Signals, and sagas that wait for them. A signal must never be slept through (I6), whichever comes first:
 *
 * - who sends one locks the saga's row before he looks at its state and writes the signal, and makes a saga due that he finds WAITING;
 * - who writes WAITING looks for the signal in the same transaction after its update of the row, and makes the saga due when it is there.
 *
 * The row's lock puts the two in an order. When the signal is first, the update waits for its commit, and the look after it sees the signal:
 * at READ COMMITTED each statement sees what was committed when it began. When WAITING is first, the sender's lock waits for its commit, and
 * he finds the saga WAITING. A sender who doesn't lock may read RUNNING, and a look before the update may find nothing, while the other
 * one's transaction is under way: then both are content and the saga sleeps until its time is over. SQLite has one writer at a time, and
 * both transactions write.
 *
 * What was sent is learnt with a claim and at no other time.
 */
import type { Reader, Tx } from "../database/types";
import type { SagaDefinition } from "./definition";
import { groupBy } from "./group-by";
import { pivotOf } from "./plan";
import { stateCode } from "./tables";

/** A signal as it is kept. */
export interface Signal {
  payload: unknown;
  /** When it was sent, ms since the epoch; a pivot's, when it was last sent. */
  at: number;
}

/** The types of sagas that signals can be sent to. */
export function signaledTypes(definitions: readonly SagaDefinition[]): ReadonlySet<string> {
  const hears = (definition: SagaDefinition) =>
    definition.waits.some(({ kind }) => kind === "signal") || pivotOf(definition)?.signal !== undefined;
  return new Set(definitions.filter(hears).map(({ type }) => type));
}

/** Signals by their names, by saga. */
export async function signalsOf(db: Reader, type: string, ids: readonly string[]): Promise<Map<string, Map<string, Signal>>> {
  const rows = await db.select<{ id: string; name: string; payload: string | null; at: number }>(
    "select business_key as id, name, payload, at from saga_signal where type = ? and business_key in (?)",
    [type, ids],
  );
  const byId = [...groupBy(rows, ({ id }) => id)].map((own) => {
    const signals = own.map(({ name, payload, at }): [string, Signal] => [
      name,
      { payload: payload === null ? undefined : JSON.parse(payload), at },
    ]);
    return [own[0].id, new Map(signals)] as const;
  });
  return new Map(byId);
}

/** A saga that was just written as WAITING, and for which signal. */
export interface Waiting {
  type: string;
  id: string;
  signal: string;
  /** `at` of the signal that the writer knew and has acted upon; undefined when it knew none. */
  heard: number | undefined;
}

/** Makes those due whose signal is there after all. Comes after the update that made them WAITING, in its transaction. */
export async function wakeSignaled(tx: Tx, waiting: readonly Waiting[], wake: () => void): Promise<void> {
  for (const alike of groupBy(waiting, ({ type }) => type)) {
    const [{ type }] = alike;
    const ids = alike.map(({ id }) => id).sort();
    const sent = await signalsOf(tx, type, ids);
    const due = alike.filter(({ id, signal, heard = -1 }) => (sent.get(id)?.get(signal)?.at ?? -1) > heard).map(({ id }) => id);
    if (due.length === 0) continue;
    await makeDue(tx, type, due);
    tx.afterCommit(wake);
  }
}

/** Lets WAITING sagas be claimed at the next look. */
export async function makeDue(tx: Tx, type: string, ids: readonly string[]): Promise<void> {
  await tx.execute(`update saga_instance set next_at = ${tx.dialect.now} where type = ? and business_key in (?) and state = ?`, [
    type,
    ids.toSorted(),
    stateCode.WAITING,
  ]);
}
