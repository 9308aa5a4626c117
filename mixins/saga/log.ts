/**
 * The log's writes. Starts ride in the aggregate's own transaction; decisions, ends and releases of many sagas share transactions with
 * each other and with whatever else the service has to write (group commit).
 *
 * - I5 every write is conditional on owner and epoch, changes something, and checks the count: a stale owner's write changes nothing.
 *   The update comes first in its transaction, so that the rows which are only inserted after it stand under its lock.
 * - I7 what the hosting service does at the end is in the transaction that ends the saga.
 */
import type { Tx, Value } from "../database/types";
import type { GroupCommit, GroupHandler } from "../group-commit/types";
import { done, refused, type Outcome, type Refusal } from "../outcome";
import type { BoundSaga, EndedSaga, SagaDefinition, SagaEnds } from "./definition";
import { groupBy } from "./group-by";
import { keyText } from "./key-text";
import type { Decision, Entry } from "./knowledge";
import { Assignments } from "./assignments";
import { wakeSignaled, type Waiting } from "./signals";
import { stateCode, unowned } from "./tables";
import { keyed, rowsOf } from "./trail";
import type { SagaStart } from "./types";

/** What a run holds: one saga in one epoch. */
export interface Held {
  type: string;
  id: string;
  epoch: number;
}

export type Change =
  | ({ to: "COMPENSATING" } & Decision)
  /** `told` is what the host gives for those who wait, set by the write. */
  | { to: "COMPLETED"; ended: EndedSaga<unknown, Record<string, unknown>>; told?: unknown }
  | { to: "COMPENSATED"; ended: EndedSaga<unknown, Record<string, unknown>>; cause: Refusal }
  /** Lets go of the saga until it is due again. `progressed`: the entries hold a result that was not in the log before. */
  | { to: "RELEASED"; delayMs: number; progressed: boolean }
  /** Lets go of it until its signal has come, or the time. `progressed` is there when it is a pivot that has to be asked again: that counts. */
  | { to: "WAITING"; delayMs: number; progressed?: boolean; for?: Pick<Waiting, "signal" | "heard"> }
  | { to: "PARKED" };

export interface Write {
  held: Held;
  bound: BoundSaga;
  change: Change;
  /** Entries that were not written yet, and the number of the first of their rows. */
  entries: readonly Entry[];
  seq: number;
}

const lost = refused("SAGA_OWNERSHIP_LOST");
const kept: Outcome<void> = done(undefined);

export class SagaLog {
  readonly #writes: GroupHandler<Write, void>;
  /** The last transaction met a saga that is somebody else's: the next one looks first. */
  #careful = false;

  constructor(
    private readonly group: GroupCommit,
    /** The process start that writes. */
    readonly owner: string,
    private readonly clock: () => number,
    /** Called when a saga that was let go of is due already. */
    private readonly wake: () => void,
  ) {
    this.#writes = { name: "saga.log", conflictKey: ({ held }) => keyText(held.type, held.id), run: (writes, tx) => this.#run(writes, tx) };
  }

  /** Inserts sagas in their first epoch, owned by this process. */
  start(definition: SagaDefinition<never, unknown>, starts: readonly SagaStart<unknown>[], now: number, tx: Tx): void {
    const rows = starts.map(({ id, input, trace }) => ({
      type: definition.type,
      business_key: id,
      version: definition.version,
      state: stateCode.RUNNING,
      owner: this.owner,
      epoch: 1,
      deadline_at: now + definition.deadlineMs,
      recoveries: 0,
      releases: 0,
      input: JSON.stringify(input),
      trace: trace && JSON.stringify(trace),
      created_at: now,
      updated_at: now,
    }));
    rows.sort((a, b) => (a.business_key < b.business_key ? -1 : 1));
    tx.insertLater("saga_instance", rows);
  }

  /** False when the saga is no longer this owner's: nothing was written, and the run has to stop. */
  async write(write: Write): Promise<boolean> {
    return (await this.group.submit(this.#writes, write)).ok;
  }

  async #run(writes: readonly Write[], tx: Tx): Promise<Outcome<void>[]> {
    const mine = this.#careful ? await this.#lockMine(writes, tx) : new Set(writes);
    const ours = writes.filter((write) => mine.has(write));
    for (const alike of groupBy(ours, shapeOf)) this.#update(alike, tx);
    await wakeSignaled(tx, ours.flatMap(waitingOf), this.wake);
    tx.insertLater("saga_step", ours.flatMap(trailOf));
    await tellEnds(ours, tx);
    this.#careful = false;
    return writes.map((write) => (mine.has(write) ? kept : lost));
  }

  #update(writes: readonly Write[], tx: Tx): void {
    const [first] = writes;
    if (!first) return;
    const set = assignments(writes, first.change, tx.dialect.now, this.clock());
    const ids = writes.map(({ held }) => held.id).sort();
    tx.executeLater(
      `update saga_instance set ${set.sql} where type = ? and business_key in (?) and epoch = ? and owner = ?`,
      [...set.values, first.held.type, ids, first.held.epoch, this.owner],
      { rows: writes.length, what: "sagas of this owner", otherwise: () => (this.#careful = true) },
    );
  }

  async #lockMine(writes: readonly Write[], tx: Tx): Promise<Set<Write>> {
    const mine = new Set<Write>();
    for (const alike of groupBy(writes, ({ held }) => keyText(held.type, held.epoch))) {
      const { type, epoch } = alike[0].held;
      const rows = await tx.select<{ id: string }>(
        `select business_key as id from saga_instance where type = ? and business_key in (?) and epoch = ? and owner = ?
          order by business_key ${tx.dialect.forUpdate}`,
        [type, alike.map(({ held }) => held.id), epoch, this.owner],
      );
      const ids = new Set(rows.map(({ id }) => id));
      for (const write of alike) if (ids.has(write.held.id)) mine.add(write);
    }
    return mine;
  }
}

const shapeOf = ({ held, change }: Write): string =>
  keyText(held.type, held.epoch, change.to, String("progressed" in change && change.progressed));

/** What the writes, all of one shape, set in their rows. Each changes the state or the owner, so that the count of changed rows tells. */
function assignments(
  writes: readonly Write[],
  shape: Change,
  databaseNow: string,
  now: number,
): Assignments<{ id: string; change: Change }> {
  const set = new Assignments(writes.map(({ held, change }) => ({ id: held.id, change })));
  set.all("updated_at", now);
  if (shape.to !== "RELEASED") set.all("state", stateCode[shape.to]);
  switch (shape.to) {
    case "COMPENSATING":
      set.each("undo_set", ({ change }) => ("undo" in change ? JSON.stringify(change.undo) : null));
      set.each("cause", causeOf).all("recoveries", 0).all("releases", 0);
      break;
    case "COMPLETED":
      set.all("owner", null);
      break;
    case "COMPENSATED":
      set.all("owner", null).each("cause", causeOf);
      break;
    case "RELEASED":
    case "WAITING":
      set.all("owner", unowned).each("next_at", ({ change }) => ("delayMs" in change ? change.delayMs : 0), `${databaseNow} + `);
      if (shape.progressed === false) set.add("releases = releases + 1");
      else set.all("recoveries", 0).all("releases", shape.progressed ? 1 : 0);
      break;
    case "PARKED":
      set.all("owner", unowned);
      break;
  }
  return set;
}

const causeOf = ({ change }: { change: Change }): string | null => ("cause" in change ? JSON.stringify(change.cause) : null);

function waitingOf({ held: { type, id }, change }: Write): Waiting[] {
  return change.to === "WAITING" && change.for ? [{ type, id, ...change.for }] : [];
}

function trailOf({ held, entries, seq }: Write): Record<string, Value>[] {
  return rowsOf(entries).map((row, index) => keyed(held.type, held.id, held.epoch, seq + index, row));
}

/** The hosting service's part of the ends, set by set. */
async function tellEnds(writes: readonly Write[], tx: Tx): Promise<void> {
  for (const ending of groupBy(writes, ({ bound, change }) => keyText(bound.definition.type, bound.definition.version, change.to))) {
    const ends = ending[0].bound.ends as unknown as SagaEnds<unknown, Record<string, unknown>>;
    const completed = ending.flatMap(({ change }) => (change.to === "COMPLETED" ? [change] : []));
    const compensated = ending.flatMap(({ change }) => (change.to === "COMPENSATED" ? [{ ...change.ended, cause: change.cause }] : []));
    if (completed.length > 0) {
      const told = await ends.completed(
        completed.map(({ ended }) => ended),
        tx,
      );
      completed.forEach((change, index) => (change.told = told?.[index]));
    }
    if (compensated.length > 0) await ends.compensated(compensated, tx);
  }
}
