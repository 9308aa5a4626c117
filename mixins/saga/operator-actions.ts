/**
 * What operators do to PARKED sagas (`operations.ts` says what each action means). An action is written into the log as an instruction, so
 * that whoever claims the saga next knows of it, and decides nothing itself: what comes of it is the plan's own next move.
 *
 * - I4 the pivot that is done by the log can't be compensated; where the log doesn't know, the plan seals it first.
 * - I5 the row is locked, has to be PARKED, and gets another epoch: of two operators one acts, and a zombie's write changes nothing.
 * - I9 the instruction is an entry of the log like any other.
 */
import { DecideAgain } from "../database";
import type { Database, Tx } from "../database/types";
import { done, refused, type Outcome, type Refusal } from "../outcome";
import { insertAudit } from "./audit";
import type { SagaDefinition } from "./definition";
import { columns, load, type Instance, type InstanceRow } from "./instance";
import { type By, type DoneByHand, refusal } from "./operations";
import { learn, type Instruction, type Knowledge } from "./knowledge";
import { isCommitted, nextMove } from "./plan";
import { signaledTypes } from "./signals";
import { statusOf } from "./status";
import { stateCode, stateOf, unowned } from "./tables";
import { keyed, rowOf } from "./trail";
import type { SagaStatus } from "./types";
import { signalEntries } from "./waits";

export interface OperatorOptions {
  db: Database;
  clock: () => number;
  /** Undefined when this process doesn't have that version's code. */
  definitionOf(type: string, version: number): SagaDefinition | undefined;
  /** There is a saga to claim. */
  wake(): void;
}

interface Verdict {
  instruction: Instruction;
  /** The step that it is about. */
  step?: string;
}

/** Looks at the saga and says what is to be written, or why not. */
type Judge = (saga: Instance) => Outcome<Verdict>;

export class OperatorActions {
  constructor(private readonly options: OperatorOptions) {}

  retry(type: string, id: string, by: By, tx?: Tx): Promise<Outcome<SagaStatus>> {
    return this.#act(type, id, by, () => done({ instruction: { action: "retry" } }), tx);
  }

  skip(type: string, id: string, byHand: DoneByHand, by: By, tx?: Tx): Promise<Outcome<SagaStatus>> {
    return this.#act(type, id, by, (saga) => skipping(this.#definitionOf(saga), saga.known, byHand), tx);
  }

  compensate(type: string, id: string, by: By, tx?: Tx): Promise<Outcome<SagaStatus>> {
    return this.#act(type, id, by, (saga) => stopping(this.#definitionOf(saga), saga.known), tx);
  }

  #definitionOf({ type, version }: Instance): SagaDefinition {
    const definition = this.options.definitionOf(type, version);
    if (!definition) throw new Error(`saga ${type} version ${version} is not loaded here: ask a node that has its code`);
    return definition;
  }

  #act(type: string, id: string, by: By, judge: Judge, tx: Tx | undefined): Promise<Outcome<SagaStatus>> {
    const work = async (tx: Tx): Promise<Outcome<SagaStatus>> => {
      const [row] = await tx.select<InstanceRow>(
        `select ${columns} from saga_instance where type = ? and business_key = ? ${tx.dialect.forUpdate}`,
        [type, id],
      );
      if (!row) return refused(refusal.SAGA_NOT_FOUND, `There is no saga ${type} ${id}`);
      if (row.state !== stateCode.PARKED) return refused(refusal.SAGA_NOT_PARKED, `It is ${stateOf(row.state)}`);
      const definition = this.options.definitionOf(type, row.version);
      const [saga] = await load([row], tx, signaledTypes(definition ? [definition] : []));
      if (!saga) throw new Error(`saga ${type} ${id} was read and could not be loaded`);
      for (const entry of definition ? signalEntries(definition, saga) : []) learn(saga.known, entry);
      const judged = judge(saga);
      if (!judged.ok) return judged;
      await this.#write(tx, row, judged.result, by);
      tx.afterCommit(() => this.options.wake());
      const after = await statusOf(tx, type, id);
      if (!after) throw new Error(`saga ${type} ${id} is gone under its lock`);
      return done(after);
    };
    return tx ? work(tx) : this.options.db.transaction(work);
  }

  async #write(tx: Tx, { type, id, epoch, undo_set }: InstanceRow, { instruction, step }: Verdict, { who, why }: By): Promise<void> {
    const at = this.options.clock();
    const state = undo_set === null ? stateCode.RUNNING : stateCode.COMPENSATING;
    const changed = await tx.execute(
      `update saga_instance set state = ?, owner = ?, next_at = ${tx.dialect.now}, recoveries = 0, releases = 0, epoch = epoch + 1, updated_at = ?
        where type = ? and business_key = ? and epoch = ? and state = ?`,
      [state, unowned, at, type, id, epoch, stateCode.PARKED],
    );
    if (changed !== 1) throw new DecideAgain(`saga ${type} ${id} was not PARKED any more`);
    const entry = rowOf({ step: step ?? "", phase: "operator", outcome: "done", detail: instruction, attempt: 1, ms: 0, at });
    await tx.insert("saga_step", [keyed(type, id, epoch + 1, 0, entry)]);
    const detail = "result" in instruction ? { detail: instruction.result } : {};
    await insertAudit(tx, { type, id, action: instruction.action, step, who, why, stateBefore: "PARKED", at, ...detail });
  }
}

function stopping(definition: SagaDefinition, known: Knowledge): Outcome<Verdict> {
  if (known.decision) return refused(refusal.SAGA_COMPENSATING, "It is being compensated already: retry it");
  if (isCommitted(definition, known)) return refused(refusal.SAGA_PIVOT_DONE, "Its pivot is done: it can only go forward");
  return done({ instruction: { action: "compensate" } });
}

function skipping(definition: SagaDefinition, known: Knowledge, { step: name, result }: DoneByHand): Outcome<Verdict> {
  const step = definition.stages.flat().find((one) => one.name === name);
  if (!step) return refused(refusal.SAGA_STEP_NOT_FOUND, `It has no step ${name}`);
  const why = whyNotSkippable(definition, known, name);
  if (why !== undefined) return refused(refusal.SAGA_STEP_NOT_SKIPPABLE, why);
  if (known.decision) return done({ step: name, instruction: { action: "skip", undone: true } });
  const parsed = resultOf(step, result);
  return parsed.ok ? done({ step: name, instruction: { action: "skip", result: parsed.result } }) : parsed;
}

/** Undefined when it can be skipped. */
function whyNotSkippable(definition: SagaDefinition, known: Knowledge, name: string): string | undefined {
  const { decision } = known;
  if (decision) {
    if (!decision.undo.includes(name)) return `${name} is not one of the steps to undo`;
    return known.undone.has(name) ? `${name} is undone already` : undefined;
  }
  if (name in known.results) return `${name} is done already`;
  const move = nextMove(definition, known, { firstOwner: false, late: false });
  const next = move.kind === "call" ? move.steps : move.kind === "seal" ? [move.step] : [];
  const step = next.find((one) => one.name === name);
  if (!step) return `${name} is not what it waits for`;
  if (step.kind === "compensable") return `${name} could not be taken back: its participant knows nothing of what was done by hand`;
  return undefined;
}

/** Who has no way to check a result wants it to be given; an empty one may do. */
function resultOf(step: { name: string; parseResult?(result: unknown): unknown }, given: unknown): Outcome<unknown> {
  if (!step.parseResult) return given === undefined ? invalid(`${step.name} needs a result`) : done(given);
  try {
    return done(step.parseResult(given ?? {}));
  } catch (error) {
    return invalid(`That is no result of ${step.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const invalid = (why: string): Refusal => refused(refusal.SAGA_RESULT_INVALID, why);
