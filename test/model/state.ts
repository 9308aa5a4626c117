/** How a state of the model is kept: as small numbers in one array, so that its key is a short string. */
import type { SagaDefinition, StepDefinition, StepKind } from "../../mixins/saga/definition";

export type State = number[];

/** Log states; 0 is RUNNING. */
export const log = { COMPENSATING: 1, COMPLETED: 2, COMPENSATED: 3 } as const;

/** What a node, or the log, knows of a step; 0 is nothing. */
export const knows = { CALLED: 1, DONE: 2, REFUSED: 3 } as const;

/** What a participant knows of a step; 0 is nothing. */
export const is = { NEW: 0, STARTED: 1, DONE: 2, REFUSED: 3, UNDONE: 4, TOMB: 5 } as const;

/** Messages. Once sent they are there for ever: one bit for each step. */
const kinds = ["forward", "done", "refused", "sealed", "undo", "undone", "seal"] as const;
export type MessageKind = (typeof kinds)[number];

/** Offsets within what the log or a node knows. `UNDO` is a mask of steps plus one, 0 while nothing is decided. */
export const at = { EPOCH: 0, UNDO: 1, SEALED: 2, UNDONE: 3, STEPS: 4 } as const;

/**
 * `[epoch, undo, sealed, undone, step…, state]` of the log, twice `[epoch, undo, sealed, undone, step…]` of a node (epoch 0: none),
 * a mask of steps for each kind of message, `[state, effects, undos]` of each participant.
 */
export class Layout {
  readonly steps: readonly StepDefinition[];
  /** Index of the pivot; −1 without one. */
  readonly pivot: number;
  /** Length of what the log or a node knows. */
  readonly knowledge: number;
  readonly nodes: readonly [number, number];
  readonly #logState: number;
  readonly #messages: number;
  readonly #participants: number;
  readonly #size: number;

  constructor(readonly definition: SagaDefinition) {
    this.steps = definition.stages.flat();
    this.pivot = this.steps.findIndex(({ kind }) => kind === "pivot");
    this.knowledge = at.STEPS + this.steps.length;
    this.#logState = this.knowledge;
    this.nodes = [1 + this.knowledge, 1 + 2 * this.knowledge];
    this.#messages = 1 + 3 * this.knowledge;
    this.#participants = this.#messages + kinds.length;
    this.#size = this.#participants + 3 * this.steps.length;
  }

  start(): State {
    return new Array<number>(this.#size).fill(0);
  }

  logState(state: State): number {
    return get(state, this.#logState);
  }

  setLogState(state: State, to: number): void {
    state[this.#logState] = to;
  }

  isOpen(state: State): boolean {
    return this.logState(state) <= log.COMPENSATING;
  }

  participant(state: State, step: number): { is: number; effects: number; undos: number } {
    const from = this.#participants + 3 * step;
    return { is: get(state, from), effects: get(state, from + 1), undos: get(state, from + 2) };
  }

  setParticipant(state: State, step: number, to: { is: number; effects?: number; undos?: number }): void {
    const from = this.#participants + 3 * step;
    state[from] = to.is;
    state[from + 1] = get(state, from + 1) + (to.effects ?? 0);
    state[from + 2] = get(state, from + 2) + (to.undos ?? 0);
  }

  posted(state: State, kind: MessageKind, step: number): boolean {
    return (get(state, this.#messages + kinds.indexOf(kind)) & (1 << step)) !== 0;
  }

  post(state: State, kind: MessageKind, step: number): void {
    add(state, this.#messages + kinds.indexOf(kind), 1 << step);
  }

  indexOf(name: string): number {
    return this.steps.findIndex((step) => step.name === name);
  }

  /** Which of the two nodes is which makes no difference. */
  sortNodes(state: State): void {
    const [one, other] = this.nodes;
    for (let offset = 0; offset < this.knowledge; offset++) {
      const difference = get(state, one + offset) - get(state, other + offset);
      if (difference > 0) return;
      if (difference === 0) continue;
      const first = state.slice(one, one + this.knowledge);
      state.copyWithin(one, other, other + this.knowledge);
      state.splice(other, this.knowledge, ...first);
      return;
    }
  }
}

export function get(state: State, index: number): number {
  return state[index] ?? 0;
}

/** Sets bits. */
export function add(state: State, index: number, bits: number): void {
  state[index] = get(state, index) | bits;
}

export const keyOf = (state: readonly number[]): string => String.fromCharCode(...state);

/** `cc p r`: two compensable steps side by side, the pivot, a retriable step. */
export function definitionOf(saga: string): SagaDefinition {
  const kindOf: Record<string, StepKind> = { c: "compensable", p: "pivot", r: "retriable" };
  let count = 0;
  const stages = saga.split(" ").map((stage) =>
    [...stage].map((letter): StepDefinition => {
      const kind = kindOf[letter];
      if (!kind) throw new Error(`no kind of step is written ${letter}`);
      const name = `${letter}${count++}`;
      return { name, kind, call: name, alone: () => false, when: () => true, params: () => ({}) };
    }),
  );
  return { type: saga, version: 1, deadlineMs: 1, timedOut: "TIMED_OUT", stages };
}
