/**
 * Work outside of the database: performed between two transactions, and settled by the second. It is asked for once at a time for one step
 * in this process; over processes its idempotency key, the step's, takes care that it happens once.
 */
import type { Tx } from "../database/types";
import { done } from "../outcome";
import { byStep, changeOf, enter, knownOf, state, store, textOf } from "./barrier";
import { each, knownOfOutcome, Started, type Handler, type Known, type Outside } from "./handlers";
import type { Host } from "./participant";
import type { Performed, SettledCall, StepKey, Traced, VerifyAnswer } from "./types";

/** Performs and settles the work of a step; callers that come while it is under way share it. */
export function outsideWork(action: string, handler: Outside, host: Host): (key: Traced, work: unknown) => Promise<VerifyAnswer> {
  const settle = settleHandler(action, handler, host);
  const underWay = new Map<string, Promise<VerifyAnswer>>();

  async function perform({ saga, id, step, trace }: Traced, work: unknown): Promise<VerifyAnswer> {
    const key = { saga, id, step };
    const performed = await handler.perform(key, work, host).catch((error: unknown) => {
      host.logger.warn(`${action} of ${saga} ${id} could not reach the outside; it is asked again`, error);
      return { state: "unknown" as const };
    });
    const outcome = await host.group.submit(settle, { ...key, performed, ...(trace && { trace }) });
    return outcome.ok && !(outcome.result instanceof Started) ? outcome.result : { state: "unknown" };
  }

  return (key, work) => {
    const name = textOf(key);
    const shared = underWay.get(name);
    if (shared) return shared;
    const own = perform(key, work).finally(() => underWay.delete(name));
    underWay.set(name, own);
    return own;
  };
}

type SettleCall = Traced & { performed: Performed };

/** Writes what came of it, unless another process was faster. */
function settleHandler(action: string, handler: Outside, host: Host): Handler<SettleCall> {
  const name = `participant.${action}.settle`;
  return {
    name,
    conflictKey: textOf,
    async run(calls, tx) {
      const answers = (await enter(tx, calls, state.STARTED)).map(knownOf);
      const isOpen = (_: SettleCall, index: number) => answers[index]?.state === "unknown";
      const open = calls.filter(isOpen);
      const told = open.filter(isTold);
      const doubted = open
        .filter((call) => !isTold(call))
        .map(({ saga, id, step, trace }) => ({ saga, id, step, ...(trace && { trace }) }));
      const outcomes = await each({ name }, told, (list) => handler.settle(list, tx, host));
      if (doubted.length > 0) await handler.doubt?.(doubted, tx);
      told.forEach((call, index) => (answers[calls.indexOf(call)] = knownOfOutcome(outcomes[index])));
      const changes = open.map((call) => changeOf(call, answers[calls.indexOf(call)]));
      store(tx, changes);
      forget(told, tx);
      return answers.map((answer) => done<Known>(answer));
    },
  };
}

function isTold(call: SettleCall): call is SettledCall {
  return call.performed.state !== "unknown";
}

function forget(keys: readonly StepKey[], tx: Tx): void {
  for (const { saga, step, ids } of byStep(keys)) {
    tx.executeLater("delete from saga_outside where saga = ? and step = ? and id in (?)", [saga, step, ids]);
  }
}
