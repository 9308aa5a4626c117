/** How a state of the model is kept: as small numbers in one array, so that its key is a short string. */
import type { SagaDefinition, StepDefinition, StepKind, WaitDefinition } from "../../mixins/saga/definition";

export type State = number[];

/** Log states. */
export const log = { RUNNING: 0, COMPENSATING: 1, COMPLETED: 2, COMPENSATED: 3, WAITING: 4 } as const;

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
 * Offsets behind what a node knows. `LOADED` is 0 between its claim and its look for signals, then what it found there plus one. `WRITING`
 * is 1 while it has written WAITING and not committed. `RESTED` it has claimed a saga that was WAITING.
 */
export const own = { LOADED: 0, WRITING: 1, RESTED: 2 } as const;

/** What the log or a node knows of a delay; 0 is nothing, otherwise the time at which it began, plus one. */
export const delay = { ANEW: 8, OVER: 9 } as const;

/** The clock stops here, and what is begun is over then. */
export const lastTick = 2;

/**
 * Behind everything else. `SIGNAL` is what has been sent, `SENDER` 1 or 2 while somebody sends more: he has found the saga not WAITING, or
 * WAITING. Of a WAITING saga: whether it is `DUE`, and up to which signal its writer had `HEARD`.
 */
export const outer = { SIGNAL: 0, SENDER: 1, DUE: 2, HEARD: 3, CLOCK: 4 } as const;

/**
 * `[epoch, undo, sealed, undone, step…, wait…, state]` of the log, twice `[epoch, undo, sealed, undone, step…, wait…, own…]` of a node
 * (epoch 0: none), a mask of steps for each kind of message, `[state, effects, undos]` of each participant, and what is outer.
 */
export class Layout {
  readonly steps: readonly StepDefinition[];
  readonly waits: readonly WaitDefinition[];
  /** A signal is waited for, as a stage or for the pivot's outcome. */
  readonly hears: boolean;
  /** Index of the pivot; −1 without one. */
  readonly pivot: number;
  /** Length of what the log or a node knows. */
  readonly knowledge: number;
  /** Length of a node. */
  readonly node: number;
  readonly nodes: readonly [number, number];
  readonly #logState: number;
  readonly #messages: number;
  readonly #participants: number;
  readonly #outer: number;
  readonly #size: number;

  constructor(readonly definition: SagaDefinition) {
    this.steps = definition.stages.flat();
    this.pivot = this.steps.findIndex(({ kind }) => kind === "pivot");
    this.waits = definition.waits;
    this.hears = this.waits.some(({ kind }) => kind === "signal") || this.steps.some(({ signal }) => signal !== undefined);
    this.knowledge = at.STEPS + this.steps.length + this.waits.length;
    this.node = this.knowledge + Object.keys(own).length;
    this.#logState = this.knowledge;
    this.nodes = [1 + this.knowledge, 1 + this.knowledge + this.node];
    this.#messages = 1 + this.knowledge + 2 * this.node;
    this.#participants = this.#messages + kinds.length;
    this.#outer = this.#participants + 3 * this.steps.length;
    this.#size = this.#outer + Object.keys(outer).length;
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
    const now = this.logState(state);
    return now !== log.COMPLETED && now !== log.COMPENSATED;
  }

  /** Index of what is outer. */
  outer(what: keyof typeof outer): number {
    return this.#outer + outer[what];
  }

  /** Index of what a node has of its own. */
  own(node: number, what: keyof typeof own): number {
    return node + this.knowledge + own[what];
  }

  /** Index of what the log (0) or a node knows of a wait. */
  wait(of: number, name: string): number {
    return of + at.STEPS + this.steps.length + this.waits.findIndex((wait) => wait.name === name);
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
    for (let offset = 0; offset < this.node; offset++) {
      const difference = get(state, one + offset) - get(state, other + offset);
      if (difference > 0) return;
      if (difference === 0) continue;
      const first = state.slice(one, one + this.node);
      state.copyWithin(one, other, other + this.node);
      state.splice(other, this.node, ...first);
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

/**
 * `cc p r`: two compensable steps side by side, the pivot, a retriable step. Stages of their own: `s` a signal, `d` a delay. `P` is a pivot
 * whose outcome is waited for.
 */
export function definitionOf(saga: string): SagaDefinition {
  const kindOf: Record<string, StepKind> = { c: "compensable", p: "pivot", P: "pivot", r: "retriable" };
  const waitOf: Record<string, WaitDefinition["kind"]> = { s: "signal", d: "delay" };
  const stages: StepDefinition[][] = [];
  const waits: WaitDefinition[] = [];
  let count = 0;
  for (const stage of saga.split(" ")) {
    const wait = waitOf[stage];
    const name = (letter: string) => `${letter}${count++}`;
    if (wait)
      waits.push({ name: name(stage), kind: wait, before: stages.length, ms: 1, timedOut: "NO_SIGNAL", parse: (payload) => payload });
    else stages.push([...stage].map((letter) => stepOf(name(letter), kindOf[letter])));
  }
  return { type: saga, version: 1, deadlineMs: 1, timedOut: "TIMED_OUT", stages, waits };
}

function stepOf(name: string, kind: StepKind | undefined): StepDefinition {
  if (!kind) throw new Error(`no kind of step is written ${name[0]}`);
  const signal = name.startsWith("P") ? { signal: "news" } : {};
  return { name, kind, call: name, ...signal, alone: () => false, when: () => true, params: () => ({}) };
}
