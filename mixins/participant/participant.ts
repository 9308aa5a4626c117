/**
 * Answers the calls of sagas. The transactions are those of `handlers.ts`; what lies between two of them, work outside of the database,
 * is done here, with no transaction open.
 *
 * - A call is repeated at will: it has one effect and one answer (I1).
 * - No group waits for the outside: only the two transactions join groups. The answer of a call that goes outside comes when the outside
 *   has answered, so the engine lets such a call travel alone (`alone` in the saga's definition).
 * - The outside is asked once at a time for one step in this process; over processes its idempotency key, the step's, takes care.
 */
import type { Service } from "moleculer";

import type { Database } from "../database/types";
import type { GroupCommit, GroupHandler } from "../group-commit/types";
import { refused, type Refusal } from "../outcome";
import { forwardHandler, isOutside, Started, undoHandler, verifyHandler, type Known, type ParsedCall } from "./handlers";
import { outsideWork } from "./outside";
import {
  SAGA_STEP_SEALED,
  SAGA_STEP_UNKNOWN,
  type ParticipantStep,
  type StepAnswer,
  type StepCall,
  type StepKey,
  type Traced,
  type VerifyAnswer,
  type VerifyCall,
} from "./types";

/** The service that offers the steps, with what the database mixin gave it. */
export type Host = Service & { db: Database; group: GroupCommit };

type Ask<C> = (call: C) => Promise<VerifyAnswer>;

/** One step of a participant: its three actions. */
export class Step {
  readonly name: string;
  readonly #forward: Ask<ParsedCall>;
  readonly #undo: Ask<StepKey>;
  readonly #verify: Ask<VerifyCall>;
  readonly #parse: (params: unknown) => unknown;
  readonly #logger: Service["logger"];

  constructor(step: ParticipantStep, host: Host) {
    const { name, undo = `${name}.undo`, verify = `${name}.verify`, handler, parse } = step;
    if (step.undo && !("undo" in handler)) throw new Error(`step ${name} says that ${step.undo} undoes it, but its handler has no undo`);
    this.name = name;
    this.#parse = parse;
    this.#logger = host.logger;
    const outside = isOutside(handler) ? outsideWork(name, handler, host) : undefined;
    const ask = <C extends Traced>(of: GroupHandler<C, Known>): Ask<C> => {
      return async (call) => {
        const outcome = await host.group.submit(of, call);
        if (!outcome.ok) return { state: "refused", refusal: outcome };
        if (!(outcome.result instanceof Started)) return outcome.result;
        return outside ? outside(call, outcome.result.work) : { state: "unknown" };
      };
    };
    this.#forward = ask(forwardHandler(name, handler));
    this.#verify = ask(verifyHandler(verify, handler));
    this.#undo = isOutside(handler) ? () => Promise.reject(new Error(`${name} can't be undone`)) : ask(undoHandler(undo, handler));
  }

  forward(call: StepCall): Promise<StepAnswer> {
    return answer(this.#forward(this.#parsed(call)));
  }

  #parsed(call: StepCall): ParsedCall {
    try {
      return { ...call, params: this.#parse(call.params) };
    } catch (error) {
      return { ...call, params: undefined, invalid: invalid(error) };
    }
  }

  undo(key: StepKey): Promise<StepAnswer> {
    return answer(this.#undo(key));
  }

  /** A call whose transaction failed knows nothing: the engine asks again. */
  verify(call: VerifyCall): Promise<VerifyAnswer> {
    return this.#verify(call).catch((error: unknown) => {
      this.#logger.warn(`what became of ${call.step} of ${call.saga} ${call.id} could not be read`, error);
      return { state: "unknown" };
    });
  }
}

async function answer(asked: Promise<VerifyAnswer>): Promise<StepAnswer> {
  try {
    const known = await asked;
    switch (known.state) {
      case "done":
        return { ok: true, result: known.result };
      case "refused":
        return known.refusal;
      case "sealed":
        return refused(SAGA_STEP_SEALED);
      default:
        return { ok: false, failed: true, type: SAGA_STEP_UNKNOWN };
    }
  } catch (error) {
    return {
      ok: false,
      failed: true,
      type: typeOf(error) ?? "SAGA_STEP_FAILED",
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

function typeOf(error: unknown): string | undefined {
  const type = (error as { type?: unknown } | undefined)?.type;
  return typeof type === "string" ? type : undefined;
}

/** Parameters that can't be read fail their own call only. */
function invalid(error: unknown): Refusal {
  const data = (error as { data?: unknown } | undefined)?.data;
  const facts = typeof data === "object" && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : undefined;
  return refused(typeOf(error) ?? "SAGA_STEP_INVALID", error instanceof Error ? error.message : String(error), facts);
}
