/**
 * The waits of one run. While a saga waits nobody owns it: the next owner goes on, and knows from the log when the wait began.
 *
 * - I9 what has been signalled is learnt when the run begins, as the claim found it, and at no other time.
 */
import type { SagaDefinition, StepDefinition, WaitDefinition } from "./definition";
import type { Instance } from "./instance";
import type { Change } from "./log";
import type { Entry } from "./knowledge";
import { isCommitted, waitOf, type Move } from "./plan";

type Waiting = Extract<Change, { to: "WAITING" }>;
type Note = (entry: Entry) => void;

export class Waits {
  constructor(
    private readonly definition: SagaDefinition,
    private readonly saga: Instance,
    private readonly now: () => number,
    /** Learns the entry and keeps it for the log. */
    private readonly note: Note,
  ) {
    for (const entry of signalEntries(definition, saga)) note(entry);
  }

  /** The signal that the saga stands waiting for has not come in its time. */
  get overdue(): boolean {
    // Asked before every move: most sagas have nothing to wait for.
    const wait = this.definition.waits.length > 0 ? waitOf(this.definition, this.saga.known) : undefined;
    return wait?.kind === "signal" && this.now() >= this.#begun(wait.name) + wait.ms;
  }

  /** What is to be written; undefined when the wait is over. The deadline ends a wait before the pivot. */
  begin({ name, kind, ms }: WaitDefinition): Waiting | undefined {
    const { known, deadlineAt } = this.saga;
    const now = this.now();
    if (!(name in known.begun)) this.note({ step: name, phase: kind, outcome: "begun", attempt: 1, ms: 0, at: now });
    const over = this.#begun(name) + ms;
    if (kind === "delay" && now >= over) {
      this.note(overEntry(this.saga, name, kind, now));
      return undefined;
    }
    const until = isCommitted(this.definition, known) ? over : Math.min(over, deadlineAt);
    return { to: "WAITING", delayMs: Math.max(0, until - now), ...(kind === "signal" && { for: { signal: name, heard: undefined } }) };
  }

  /** What is to be written where the pivot's outcome is what is missing, and a signal may tell of it. */
  forOutcome(move: Move, delayMs: number, progressed: boolean): Waiting | undefined {
    const pivot = unanswered(move).find(({ kind }) => kind === "pivot");
    if (pivot?.signal === undefined) return undefined;
    const { name, signal } = pivot;
    if (!(name in this.saga.known.begun)) {
      this.note({ step: name, phase: "verify", outcome: "begun", attempt: 1, ms: 0, at: this.now() });
    }
    return { to: "WAITING", delayMs, progressed, for: { signal, heard: this.saga.signals.get(signal)?.at } };
  }

  /** A wait that has not begun can't be over. */
  #begun(name: string): number {
    return this.saga.known.begun[name] ?? Infinity;
  }
}

function unanswered(move: Move): readonly StepDefinition[] {
  if (move.kind === "seal") return [move.step];
  return move.kind === "call" ? move.steps : [];
}

/** What the saga's signals tell, as far as the log doesn't have it yet. */
export function signalEntries(definition: SagaDefinition, saga: Instance): Entry[] {
  return definition.waits.flatMap(({ name, kind }) => {
    const signal = kind === "signal" && !(name in saga.known.results) ? saga.signals.get(name) : undefined;
    return signal ? [{ ...overEntry(saga, name, kind, signal.at), detail: signal.payload }] : [];
  });
}

function overEntry({ known: { begun } }: Instance, step: string, phase: "signal" | "delay", at: number): Entry {
  return { step, phase, outcome: "done", attempt: 1, ms: Math.max(0, at - (begun[step] ?? at)), at };
}
