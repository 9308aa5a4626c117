import type { StepDefinition, WaitDefinition } from "../../mixins/saga/definition";
import { knowledge, type Knowledge } from "../../mixins/saga/knowledge";
import { nextMove, type Circumstances, type Move } from "../../mixins/saga/plan";
import type { Model, Mutant } from "./model";
import type { Row } from "./row";
import { add, at, delay, get, keyOf, knows, lastTick, log, type Layout, type State } from "./state";

/** What the two nodes do. The next move is the engine's own plan's; here is only what a node hears, sends and writes. */
export class Nodes {
  readonly #moves = new Map<string, Move>();
  readonly #mutant: Mutant | undefined;
  readonly #overdue: readonly boolean[];
  #next: State[] = [];

  constructor(
    private readonly layout: Layout,
    private readonly row: Row,
    private readonly model: Model,
  ) {
    this.#mutant = model.mutant;
    this.#overdue = layout.waits.some(({ kind }) => kind === "signal") ? [false, true] : [false];
  }

  /** Every state that an act of the node can lead to. */
  act(state: State, node: number): State[] {
    const { layout, row } = this;
    this.#next = row.claim(state, node);
    if (get(state, node + at.EPOCH) === 0) return this.#next;
    if (get(state, layout.own(node, "WRITING")) > 0) return [...this.#next, ...row.commit(state, node)];
    this.#next.push(...row.load(state, node));
    if (get(state, layout.own(node, "LOADED")) === 0) return this.#next;
    this.#hear(state, node);
    if (this.model.releases !== false && get(state, node + at.UNDO) === get(state, at.UNDO)) this.#write(state, node, () => undefined);
    const firstOwner = get(state, node + at.EPOCH) === 1 || get(state, layout.own(node, "RESTED")) === 1;
    for (const late of [false, true])
      for (const overdue of this.#overdue) this.#move(state, node, this.#plan(state, node, { firstOwner, late, overdue }));
    return this.#next;
  }

  #move(state: State, node: number, move: Move): void {
    switch (move.kind) {
      case "wait":
        return this.#wait(state, node, move.wait);
      case "call":
        this.#awaitOutcome(state, node, move.steps);
        return this.#send(state, "forward", move.steps, node);
      case "seal":
        this.#awaitOutcome(state, node, [move.step]);
        return this.#send(state, "seal", [move.step]);
      case "undo":
        return this.#send(state, "undo", move.steps);
      case "decide":
        return this.#decide(state, node, move.undo);
      case "complete":
        return this.#end(state, node, log.COMPLETED);
      case "compensated":
        return this.#end(state, node, log.COMPENSATED);
    }
  }

  /** The pivot was asked for in vain, and its outcome may come by a signal. */
  #awaitOutcome(state: State, node: number, asked: readonly StepDefinition[]): void {
    if (asked.some(({ signal }) => signal !== undefined)) this.#next.push(...this.row.wait(state, node, true));
  }

  #wait(state: State, node: number, { name, kind }: WaitDefinition): void {
    if (kind === "signal") return void this.#next.push(...this.row.wait(state, node, true));
    const clock = get(state, this.layout.outer("CLOCK"));
    const known = get(state, this.layout.wait(node, name));
    const over = this.model.clock ? known > 0 && (clock + 1 > known || clock === lastTick) : known > 0;
    if (over) this.#copy(state)[this.layout.wait(node, name)] = delay.OVER;
    if (over && this.model.clock) return;
    const begun = state.slice();
    if (known === 0) begun[this.layout.wait(node, name)] = clock + 1;
    this.#next.push(...this.row.wait(begun, node, false));
    // Nobody would claim it any more from the last owner: it waits by itself.
    if (known === 0 && get(state, node + at.EPOCH) === this.model.owners) this.#next.push(begun);
  }

  #plan(state: State, node: number, now: Circumstances): Move {
    const memo = `${now.firstOwner}${now.late}${now.overdue}${keyOf(state.slice(node + at.UNDO, node + this.layout.node))}`;
    const kept = this.#moves.get(memo);
    if (kept) return kept;
    const move = this.#mutated(this.#knowledgeOf(state, node), now);
    this.#moves.set(memo, move);
    return move;
  }

  #mutated(known: Knowledge, now: Circumstances): Move {
    const { definition, steps, pivot } = this.layout;
    if (this.#mutant === "an heir takes itself for the first owner") return nextMove(definition, known, { ...now, firstOwner: true });
    if (this.#mutant === "deadline after the pivot") known.called.delete(steps[pivot]?.name ?? "");
    const move = nextMove(definition, known, now);
    const unsealed = this.#mutant === "no seal" || (this.#mutant === "a signal that doesn't come excludes the pivot" && now.overdue);
    return move.kind === "seal" && unsealed ? nextMove(definition, { ...known, sealed: true }, now) : move;
  }

  #knowledgeOf(state: State, node: number): Knowledge {
    const { steps } = this.layout;
    const refusal = { ok: false as const, type: "REFUSED" };
    const undo = get(state, node + at.UNDO);
    const inSet = (bits: number, step: number) => (bits & (1 << step)) !== 0;
    const names = steps.filter((_, step) => inSet(undo - 1, step)).map(({ name }) => name);
    const known = knowledge({}, undo > 0 ? { cause: refusal, undo: names } : undefined);
    known.sealed = get(state, node + at.SEALED) === 1;
    steps.forEach(({ name }, step) => {
      const what = get(state, node + at.STEPS + step);
      if (what >= knows.CALLED) known.called.add(name);
      if (what === knows.DONE) known.results[name] = {};
      if (what === knows.REFUSED) known.refusals[name] = refusal;
      if (inSet(get(state, node + at.UNDONE), step)) known.undone.add(name);
    });
    for (const { name, kind } of this.layout.waits) {
      const over =
        kind === "delay" ? get(state, this.layout.wait(node, name)) === delay.OVER : get(state, this.layout.own(node, "LOADED")) > 1;
      if (over) known.results[name] = {};
    }
    return known;
  }

  /** All at once: what is lost of it never arrives. `caller` remembers what it has called. */
  #send(state: State, kind: "forward" | "undo" | "seal", steps: readonly StepDefinition[], caller?: number): void {
    const next = this.#copy(state);
    for (const { name } of steps) {
      const step = this.layout.indexOf(name);
      this.layout.post(next, kind, step);
      if (caller !== undefined && get(next, caller + at.STEPS + step) === 0) next[caller + at.STEPS + step] = knows.CALLED;
    }
  }

  /** Answers that have come reach the node, one at a time. */
  #hear(state: State, node: number): void {
    const { layout } = this;
    const decided = get(state, node + at.UNDO) > 0;
    layout.steps.forEach((_, step) => {
      const knowing = node + at.STEPS + step;
      if (decided) {
        if (layout.posted(state, "undone", step)) add(this.#copy(state), node + at.UNDONE, 1 << step);
        return;
      }
      const asked = get(state, knowing) === knows.CALLED || (step === layout.pivot && layout.posted(state, "seal", step));
      if (!asked || get(state, knowing) >= knows.DONE) return;
      if (layout.posted(state, "done", step)) this.#copy(state)[knowing] = knows.DONE;
      if (layout.posted(state, "refused", step)) this.#copy(state)[knowing] = knows.REFUSED;
      if (step === layout.pivot && layout.posted(state, "sealed", step)) this.#copy(state)[node + at.SEALED] = 1;
    });
  }

  #decide(state: State, node: number, planned: readonly string[]): void {
    const undo = planned.filter((name) =>
      this.#undoes(get(state, node + at.STEPS + this.layout.indexOf(name)), get(state, node + at.EPOCH)),
    );
    if (this.#mutant === "undo before the decision")
      this.#send(
        state,
        "undo",
        this.layout.steps.filter(({ name }) => undo.includes(name)),
      );
    const mask = undo.reduce((bits, name) => bits | (1 << this.layout.indexOf(name)), 0);
    this.#write(state, node, (next) => {
      this.layout.setLogState(next, log.COMPENSATING);
      next[at.UNDO] = mask + 1;
      next[node + at.UNDO] = mask + 1;
    });
  }

  #undoes(known: number, epoch: number): boolean {
    if (this.#mutant === "undo only what is done") return known === knows.DONE;
    if (this.#mutant === "undo only what is known" && epoch > 1) return known === knows.DONE || known === knows.CALLED;
    return true;
  }

  #end(state: State, node: number, as: number): void {
    this.#write(state, node, (next) => {
      this.layout.setLogState(next, as);
      this.#drop(next, node);
    });
  }

  #write(state: State, node: number, change: (next: State) => void): void {
    this.#next.push(...this.row.write(state, node, change));
  }

  #drop(next: State, node: number): void {
    next.fill(0, node, node + this.layout.node);
  }

  /** A successor, to be changed by the caller. */
  #copy(state: State): State {
    const next = state.slice();
    this.#next.push(next);
    return next;
  }
}
