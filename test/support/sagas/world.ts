/** What a saga and its surroundings have to offer so that every fault can be tried on them (`every-fault.ts`). */
import type { RemoteCall } from "../../../mixins/batch-call";
import type { Database } from "../../../mixins/database";
import type { BoundSaga } from "../../../mixins/saga";
import type { SagaDefinition } from "../../../mixins/saga/definition";
import type { Owner } from "./owner";

/** One course that a saga can take when nothing goes wrong technically. */
export interface Scenario {
  name: string;
  /** The step that refuses. */
  refuses?: string;
  /** The pivot's outcome is not known at first, and this is what it comes to. */
  unknown?: "done" | "refused";
  /** The signal that never comes. */
  silent?: string;
}

/** Whether the saga is compensated in the end. */
export const isCompensated = ({ refuses, unknown, silent }: Scenario): boolean =>
  refuses !== undefined || silent !== undefined || unknown === "refused";

/** The courses of a saga, from its definition alone. */
export function scenariosOf({ stages, waits }: SagaDefinition<never>): Scenario[] {
  const steps = stages.flat();
  const pivot = steps.find(({ kind }) => kind === "pivot");
  return [
    { name: "all goes well" },
    ...steps.filter(({ kind }) => kind !== "retriable").map(({ name }) => ({ name: `${name} refuses`, refuses: name })),
    ...(pivot
      ? (["done", "refused"] as const).map((unknown) => ({ name: `${pivot.name} is unknown at first, then ${unknown}`, unknown }))
      : []),
    ...waits.filter(({ kind }) => kind === "signal").map(({ name }) => ({ name: `${name} is not signalled`, silent: name })),
  ];
}

export interface Prepared {
  /** The saga's business key. */
  id: string;
  /** Starts it as its service does. */
  start(owner: Owner): Promise<unknown>;
}

/** What is there of a step's effect. */
export interface Effect {
  /** 1 when it stands, 0 when nothing of it remains. */
  net: number;
  /** How often it was done and taken back, where the participant's tables tell. */
  done?: number;
  undone?: number;
}

export interface SagaWorld {
  saga: BoundSaga;
  /** Where its log is. */
  host: Database;
  /** Of the participants: faults are put into their transactions. */
  participants: readonly Database[];
  call: RemoteCall;
  /** Everything that one saga needs, apart from all others. */
  prepare(scenario: Scenario): Promise<Prepared>;
  /** By the names of the saga's steps. */
  effects(id: string): Promise<Record<string, Effect>>;
  /** What the saga is sent, by the names of its signals. */
  signals?: Record<string, unknown>;
}

/** As much of it as can be seen from outside. */
export type Seen = Pick<SagaWorld, "saga" | "host" | "effects">;
