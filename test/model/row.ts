import type { Model, Mutant } from "./model";
import { add, at, delay, get, knows, log, type Layout, type State } from "./state";

/** Of a WAITING saga that waits for no signal. */
const heardAll = 9;

/**
 * The saga's row in the log, and what is written under its lock: claims, fenced writes, waits, and signals. Each gives the states that it can
 * lead to, none while somebody else holds the lock.
 */
export class Row {
  readonly #mutant: Mutant | undefined;
  /** How often a signal is sent: a stage's once, as only the first counts, and news of a pivot more often. */
  readonly #signals: number;

  constructor(
    private readonly layout: Layout,
    private readonly model: Model,
  ) {
    this.#mutant = model.mutant;
    const stage = layout.waits.some(({ kind }) => kind === "signal");
    this.#signals = !layout.hears ? 0 : stage && model.mutant !== "the last signal counts" ? 1 : 2;
  }

  /** At any time: a lease has run out, a process was restarted, a saga was released or is due. The first claim is the start. */
  claim(state: State, node: number): State[] {
    const { layout } = this;
    const epoch = get(state, at.EPOCH);
    if (!layout.isOpen(state) || epoch >= this.model.owners || this.#isLocked(state)) return [];
    const next = state.slice();
    const rested = layout.logState(state) === log.WAITING;
    next[at.EPOCH] = epoch + 1;
    next.copyWithin(node, 0, layout.knowledge);
    next[layout.own(node, "LOADED")] = layout.hears && epoch > 0 ? 0 : 1;
    next[layout.own(node, "WRITING")] = 0;
    next[layout.own(node, "RESTED")] = rested && this.#mutant === "who claims after a wait takes itself for the first owner" ? 1 : 0;
    if (rested) layout.setLogState(next, log.RUNNING);
    next[layout.outer("DUE")] = 0;
    next[layout.outer("HEARD")] = 0;
    if (this.#mutant === "a delay is begun anew") this.#forgetDelays(next, node);
    return [next];
  }

  /** What was signalled is read some time after the claim. The last owner stands for all that would come after him: he may look again. */
  load(state: State, node: number): State[] {
    const { layout } = this;
    const loaded = get(state, layout.own(node, "LOADED"));
    const sent = get(state, layout.outer("SIGNAL"));
    if (loaded > 0 && (loaded > sent || get(state, node + at.EPOCH) < this.model.owners)) return [];
    const next = state.slice();
    next[layout.own(node, "LOADED")] = 1 + sent;
    if (this.#mutant === "the news are believed" && sent > 0) next[node + at.STEPS + layout.pivot] = knows.DONE;
    return [next];
  }

  /** A fenced write: what was heard rides along. A stale owner's changes nothing and ends its run (I5). */
  write(state: State, node: number, change: (next: State) => void): State[] {
    return this.#isLocked(state) ? [] : [this.#written(state, node, change)];
  }

  /** Writes WAITING, and ends the run. `listens`: it waits for a signal. The last owner can't, as nobody would claim the saga any more. */
  wait(state: State, node: number, listens: boolean): State[] {
    if (get(state, node + at.EPOCH) === this.model.owners) return [];
    if (!listens || !this.model.transactions) return this.#isLocked(state) ? [] : [this.#waiting(state, node, listens)];
    const late = this.#mutant === "WAITING is written after the look";
    if (!late && this.#isLocked(state)) return [];
    if (!this.#owns(state, node)) return [this.#dropped(state, node)];
    const next = state.slice();
    next[this.layout.own(node, "WRITING")] = late ? 2 + this.#look(state, node) : 1;
    return [next];
  }

  /** The second half of the transaction that writes WAITING: the look for the signal, and the commit. */
  commit(state: State, node: number): State[] {
    const writing = get(state, this.layout.own(node, "WRITING"));
    if (writing === 1) return [this.#waiting(state, node, true)];
    return this.#isLocked(state) ? [] : [this.#waiting(state, node, true, writing - 2)];
  }

  /** Somebody sends the signal, or sends it again: he locks the row and looks at the state, then writes and commits. */
  send(state: State): State[] {
    const { layout } = this;
    const sender = get(state, layout.outer("SENDER"));
    if (sender > 0) return [this.#sent(state, sender)];
    const takes = get(state, at.EPOCH) > 0 && layout.isOpen(state) && get(state, at.UNDO) === 0;
    if (!takes || get(state, layout.outer("SIGNAL")) >= this.#signals) return [];
    if (this.#isLocked(state) && this.#mutant !== "a signal is sent without the lock") return [];
    const found = layout.logState(state) === log.WAITING ? 2 : 1;
    if (!this.model.transactions) return [this.#sent(state, found)];
    const next = state.slice();
    next[layout.outer("SENDER")] = found;
    return [next];
  }

  #sent(state: State, found: number): State {
    const { layout } = this;
    const next = state.slice();
    next[layout.outer("SIGNAL")] = get(state, layout.outer("SIGNAL")) + 1;
    next[layout.outer("SENDER")] = 0;
    if (found === 2 && layout.logState(state) === log.WAITING) next[layout.outer("DUE")] = 1;
    return next;
  }

  #waiting(state: State, node: number, listens: boolean, looked = this.#look(state, node)): State {
    const { layout } = this;
    return this.#written(state, node, (next) => {
      layout.setLogState(next, log.WAITING);
      next[layout.outer("HEARD")] = listens ? get(state, layout.own(node, "LOADED")) - 1 : heardAll;
      next[layout.outer("DUE")] = listens && this.#mutant !== "WAITING is written without a look" ? looked : 0;
      next.fill(0, node, node + layout.node);
    });
  }

  /** 1 when a signal is there that the node doesn't know of. */
  #look(state: State, node: number): number {
    return get(state, this.layout.outer("SIGNAL")) > get(state, this.layout.own(node, "LOADED")) - 1 ? 1 : 0;
  }

  #written(state: State, node: number, change: (next: State) => void): State {
    if (!this.#owns(state, node) && this.#mutant !== "no fence") return this.#dropped(state, node);
    const { layout } = this;
    const next = state.slice();
    layout.steps.forEach((_, step) => {
      const what = get(state, node + at.STEPS + step);
      if (what >= knows.DONE) next[at.STEPS + step] = what;
    });
    for (const { name } of layout.waits)
      next[layout.wait(0, name)] = begun(get(state, layout.wait(0, name)), get(state, layout.wait(node, name)));
    add(next, at.SEALED, get(state, node + at.SEALED));
    add(next, at.UNDONE, get(state, node + at.UNDONE));
    change(next);
    return next;
  }

  #owns(state: State, node: number): boolean {
    return get(state, node + at.EPOCH) === get(state, at.EPOCH) && this.layout.isOpen(state) && this.layout.logState(state) !== log.WAITING;
  }

  #dropped(state: State, node: number): State {
    return state.slice().fill(0, node, node + this.layout.node);
  }

  #forgetDelays(next: State, node: number): void {
    for (const { name } of this.layout.waits) {
      if (get(next, this.layout.wait(node, name)) !== delay.OVER) next[this.layout.wait(node, name)] = 0;
    }
  }

  #isLocked(state: State): boolean {
    const { layout } = this;
    const sends = get(state, layout.outer("SENDER")) > 0 && this.#mutant !== "a signal is sent without the lock";
    return sends || layout.nodes.some((node) => get(state, layout.own(node, "WRITING")) === 1);
  }
}

/** What the log has of a delay after a node has written what it knows. */
function begun(logged: number, known: number): number {
  if (known === 0 || logged === delay.OVER) return logged;
  return logged === 0 || logged === known || known === delay.OVER ? known : delay.ANEW;
}
