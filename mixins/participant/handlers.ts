/**
 * The set-based transactions of a participant: each takes the calls that wait together, enters their barrier rows first, and gives the
 * service's handler only what has to be done. Two calls of one step never share a transaction.
 */
import type { Tx } from "../database/types";
import { checkOutcomes } from "../group-commit/outcomes";
import type { GroupHandler } from "../group-commit/types";
import { done, type Done, type Outcome, type Refusal } from "../outcome";
import { changeOf, enter, enterNew, knownOf, lock, read, state, store, textOf, type BarrierChange, type BarrierRow } from "./barrier";
import type { Begun, OutsideStepHandler, StepCall, StepHandler, StepKey, Traced, UndoCall, VerifyAnswer, VerifyCall } from "./types";

/** What is left to do outside of the database for a step that is STARTED or UNKNOWN. */
export class Started {
  constructor(readonly work: unknown) {}
}

/** What a transaction leaves known of a step. */
export type Known = VerifyAnswer | Started;

export type Handler<C> = GroupHandler<C, Known> & { run(calls: readonly C[], tx: Tx): Promise<readonly Done<Known>[]> };
export type Outside = OutsideStepHandler<unknown, unknown, unknown>;
type Local = StepHandler<unknown, unknown>;

export const isOutside = (handler: Local | Outside): handler is Outside => "perform" in handler;

const emptyResult = {};

/** A forward call after its parameters were checked. */
export type ParsedCall = StepCall & { invalid?: Refusal };

const carefulGroups = 4;

/** New steps are done, or begun when they need the outside; steps that are known already are answered from the barrier. */
export function forwardHandler(action: string, handler: Local | Outside): Handler<ParsedCall> {
  const name = `participant.${action}`;
  /** A refusal for bad parameters is kept like any other: a later version of the check must not think otherwise. */
  const begin = async (calls: readonly ParsedCall[], tx: Tx): Promise<readonly Begun<unknown, unknown>[]> => {
    const valid = calls.filter((call) => !call.invalid);
    const begun = await each({ name }, valid, (list) => (isOutside(handler) ? handler.begin(list, tx) : handler.forward(list, tx)));
    let next = 0;
    return calls.map((call) => call.invalid ?? begun[next++] ?? missing(action));
  };
  /** For so many transactions more the barrier is asked first, because one has met a step which was known. */
  let careful = 0;
  const entered = (calls: readonly ParsedCall[], tx: Tx) => {
    if (tx.dialect.upsertCount === 2 && careful === 0) return enterNew(tx, calls, state.DONE, () => (careful = carefulGroups));
    careful = Math.max(0, careful - 1);
    return enter(tx, calls, state.DONE);
  };
  return {
    name,
    conflictKey: textOf,
    hotRows: ({ invalid, params }) => (invalid || isOutside(handler) ? [] : (handler.hotRows?.(params) ?? [])),
    async run(calls, tx) {
      const rows = await entered(calls, tx);
      const fresh = calls.filter((_, index) => rows[index]?.fresh);
      const begun = await begin(fresh, tx);
      keep(tx, action, fresh, begun);
      const answers: Done<Known>[] = [];
      let next = 0;
      for (const [index, call] of calls.entries()) {
        const row = rows[index] ?? missing(action);
        answers.push(done(row.fresh ? knownOfBegun(begun[next++]) : await knownOrResumed(handler, call, row, tx)));
      }
      return answers;
    },
  };
}

function keep(tx: Tx, action: string, calls: readonly StepKey[], begun: readonly Begun<unknown, unknown>[]): void {
  const changes: BarrierChange[] = [];
  const outside: StepKey[] = [];
  calls.forEach((key, index) => {
    const known = knownOfBegun(begun[index]);
    if (known instanceof Started) {
      changes.push({ key, state: state.STARTED, result: null });
      outside.push(key);
      return;
    }
    const change = changeOf(key, known);
    // The row was entered as DONE without a result, so a plain success is written already.
    if (change.state !== state.DONE || change.result !== null) changes.push(change);
  });
  store(tx, changes);
  tx.insertLater(
    "saga_outside",
    outside.map(({ saga, id, step }) => ({ saga, id, step, action })),
  );
}

function knownOfBegun(begun: Begun<unknown, unknown> | undefined): Known {
  return begun && "started" in begun ? new Started(begun.started) : knownOfOutcome(begun);
}

export function knownOfOutcome(outcome: Outcome | undefined): VerifyAnswer {
  if (outcome === undefined) throw new Error("a step without an outcome");
  return outcome.ok ? { state: "done", result: outcome.result ?? emptyResult } : { state: "refused", refusal: outcome };
}

async function knownOrResumed(handler: Local | Outside, key: StepKey, row: BarrierRow, tx: Tx): Promise<Known> {
  const known = knownOf(row);
  if (known.state !== "unknown") return known;
  const work = isOutside(handler) ? await handler.resume({ saga: key.saga, id: key.id, step: key.step }, tx) : undefined;
  if (work === undefined) throw new Error(`${textOf(key)} was started, but nothing tells what it needs`);
  return new Started(work);
}

/** Takes back what was done; writes a tombstone where nothing is known; leaves what was refused or taken back as it is. */
export function undoHandler(action: string, handler: Local): Handler<Traced> {
  return {
    name: `participant.${action}`,
    conflictKey: textOf,
    async run(keys, tx) {
      const rows = await lock(tx, keys, state.TOMB);
      const changes: BarrierChange[] = [];
      const calls: UndoCall[] = [];
      keys.forEach((key, index) => {
        const row = rows[index];
        if (row?.state !== state.DONE) return;
        const { saga, id, step, trace } = key;
        const result: unknown = row.result === null ? emptyResult : JSON.parse(row.result);
        calls.push({ saga, id, step, result, ...(trace && { trace }) });
        changes.push({ key, state: state.UNDONE, result: row.result });
      });
      if (calls.length > 0) await handler.undo?.(calls, tx);
      store(tx, changes);
      return keys.map(() => done<Known>({ state: "done", result: emptyResult }));
    },
  };
}

/** Tells what became of pivots; those that are to be sealed get a tombstone where nothing is known. */
export function verifyHandler(action: string, handler: Local | Outside): Handler<VerifyCall> {
  return {
    name: `participant.${action}`,
    conflictKey: textOf,
    async run(calls, tx) {
      const toSeal = calls.filter((call) => call.seal);
      if (toSeal.length > 0) await enter(tx, toSeal, state.TOMB);
      const rows = await read(tx, calls);
      const answers: Done<Known>[] = [];
      for (const call of calls) {
        const row = rows.get(textOf(call));
        answers.push(done(row ? await knownOrResumed(handler, call, row, tx) : { state: "absent" }));
      }
      return answers;
    },
  };
}

/**
 * Gives the service's handler what there is for it to do, and checks that it said something to each. `group` is the group's handler, which
 * is blamed when it didn't: its calls fail at once, those of others in the group don't.
 * @throws WrongNumberOfOutcomes
 */
export async function each<C, O>(
  group: { readonly name: string },
  calls: readonly C[],
  work: (calls: readonly C[]) => Promise<readonly O[]>,
): Promise<readonly O[]> {
  return calls.length === 0 ? [] : checkOutcomes(group, calls, await work(calls));
}

function missing(action: string): never {
  throw new Error(`${action} gave a step no outcome`);
}
