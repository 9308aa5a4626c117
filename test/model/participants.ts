import type { Model, Mutant } from "./model";
import { is, type Layout, type MessageKind, type State } from "./state";

/** What messages do when they arrive at the participants, whose barrier rows make it safe that they arrive late, again, or in another order. */
export class Participants {
  readonly #mutant: Mutant | undefined;

  constructor(
    private readonly layout: Layout,
    private readonly model: Model,
  ) {
    this.#mutant = model.mutant;
  }

  /** Every state that a message for the step, or the outside world, can lead to. */
  act(state: State, step: number): State[] {
    const { layout } = this;
    const { is: now } = layout.participant(state, step);
    return [
      ...(layout.posted(state, "forward", step) ? this.#forward(state, step, now) : []),
      ...(now === is.STARTED ? this.#doneOrRefused(state, step) : []),
      ...(layout.posted(state, "undo", step) ? this.#undo(state, step, now) : []),
      ...(layout.posted(state, "seal", step) ? this.#seal(state, step, now) : []),
    ];
  }

  #forward(state: State, step: number, now: number): State[] {
    switch (now) {
      case is.NEW:
        if (step === this.layout.pivot && this.model.outside) return [this.#become(state, step, { is: is.STARTED })];
        return this.#doneOrRefused(state, step);
      case is.DONE:
        return this.#mutant === "no dedupe" ? [this.#done(state, step)] : this.#answer(state, "done", step);
      case is.REFUSED:
        return this.#answer(state, "refused", step);
      case is.UNDONE:
        return this.#mutant === "undone again" ? [this.#done(state, step)] : this.#answer(state, "sealed", step);
      case is.TOMB:
        return this.#mutant === "tombstone forgets" ? [this.#done(state, step)] : this.#answer(state, "sealed", step);
      default:
        return [];
    }
  }

  #doneOrRefused(state: State, step: number): State[] {
    const done = this.#done(state, step);
    if (this.layout.steps[step]?.kind === "retriable") return [done];
    return [done, this.#become(state, step, { is: is.REFUSED }, "refused")];
  }

  #done(state: State, step: number): State {
    return this.#become(state, step, { is: is.DONE, effects: 1 }, "done");
  }

  #undo(state: State, step: number, now: number): State[] {
    if (now === is.DONE) return [this.#become(state, step, { is: is.UNDONE, undos: 1 }, "undone")];
    if (now !== is.NEW) return this.#answer(state, "undone", step);
    if (this.#mutant === "no answer to the undo of what was never done") return [];
    return [this.#become(state, step, { is: this.#mutant === "no tombstone" ? is.NEW : is.TOMB }, "undone")];
  }

  /** Started says nothing: it is asked again until it is known. */
  #seal(state: State, step: number, now: number): State[] {
    if (now === is.DONE) return this.#answer(state, "done", step);
    if (now === is.REFUSED) return this.#answer(state, "refused", step);
    if (now === is.STARTED) return [];
    return [this.#become(state, step, { is: this.#mutant === "seal without tombstone" ? is.NEW : is.TOMB }, "sealed")];
  }

  #answer(state: State, kind: MessageKind, step: number): State[] {
    if (this.layout.posted(state, kind, step)) return [];
    const next = state.slice();
    this.layout.post(next, kind, step);
    return [next];
  }

  #become(state: State, step: number, to: { is: number; effects?: number; undos?: number }, answer?: MessageKind): State {
    const next = state.slice();
    this.layout.setParticipant(next, step, to);
    if (answer) this.layout.post(next, answer, step);
    return next;
  }
}
