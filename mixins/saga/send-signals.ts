/** Sends signals to sagas. What is locked and looked at when, and why, stands in `signals.ts`. */
import type { Tx } from "../database/types";
import type { GroupHandler } from "../group-commit/types";
import { done } from "../outcome";
import type { SagaDefinition } from "./definition";
import { groupBy } from "./group-by";
import { keyText } from "./key-text";
import { pivotOf } from "./plan";
import { makeDue, signalsOf } from "./signals";
import { stateCode } from "./tables";
import type { SagaSignal, SignalOutcome } from "./types";

export interface SignalOptions {
  clock: () => number;
  /** Undefined when this process doesn't have that version's code. */
  definitionOf(type: string, version: number): SagaDefinition | undefined;
  /** Called when sagas have become due. */
  wake(): void;
}

export class Signals {
  /** For a signal that comes without a transaction. */
  readonly handler: GroupHandler<SagaSignal, SignalOutcome> = {
    name: "saga.signal",
    run: async (signals, tx) => (await this.send(signals, tx)).map((outcome) => done(outcome)),
  };

  constructor(private readonly options: SignalOptions) {}

  /** An outcome for each, in their order. */
  async send(signals: readonly SagaSignal[], tx: Tx): Promise<SignalOutcome[]> {
    const outcomes = new Map<SagaSignal, SignalOutcome>();
    const byType = [...groupBy(signals, ({ type }) => type)].sort(([a], [b]) => (a.type < b.type ? -1 : 1));
    for (const alike of byType) await this.#sendAlike(alike, tx, outcomes);
    return signals.map((signal) => outcomes.get(signal) ?? "NO_SAGA");
  }

  async #sendAlike(signals: readonly [SagaSignal, ...SagaSignal[]], tx: Tx, outcomes: Map<SagaSignal, SignalOutcome>): Promise<void> {
    const { type } = signals[0];
    const sagas = await lockSagas(
      tx,
      type,
      signals.map(({ id }) => id),
    );
    for (const signal of signals) if (sagas.has(signal.id)) outcomes.set(signal, "TOO_LATE");
    const open = signals.flatMap((signal) => {
      const saga = sagas.get(signal.id);
      return saga && isOpen(saga) ? [this.#understood(signal, saga)] : [];
    });
    if (open.length === 0) return;
    const first = await this.#keep(open, tx);
    for (const one of open) outcomes.set(one.signal, first.has(one) ? "KEPT" : "REPEATED");
    const news = open.filter((one) => one.hint || first.has(one)).map(({ saga }) => saga);
    const asleep = news.filter(({ state }) => state === stateCode.WAITING);
    if (asleep.length === 0) return;
    await makeDue(
      tx,
      type,
      asleep.map(({ id }) => id),
    );
    tx.afterCommit(() => this.options.wake());
  }

  #understood(signal: SagaSignal, saga: SagaRow): Understood {
    const { type, name, payload } = signal;
    const definition = this.options.definitionOf(type, saga.version);
    if (!definition && payload === undefined) return { signal, saga, payload, hint: false };
    if (!definition) throw new Error(`saga ${type} version ${saga.version} is not loaded here: a payload can't be checked`);
    if (pivotOf(definition)?.signal === name) return { signal, saga, payload, hint: true };
    const wait = definition.waits.find((one) => one.kind === "signal" && one.name === name);
    if (!wait) throw new Error(`saga ${type} version ${saga.version} waits for no signal ${name}`);
    return { signal, saga, payload: wait.parse(payload), hint: false };
  }

  /** Writes signals to sagas of one type, and gives the first ones of their names. */
  async #keep(open: readonly Understood[], tx: Tx): Promise<Set<Understood>> {
    const type = open[0]?.signal.type ?? "";
    const known = await signalsOf(
      tx,
      type,
      open.map(({ saga }) => saga.id),
    );
    const byName = new Map(open.toReversed().map((one) => [keyText(one.signal.name, one.signal.id), one]));
    const first = [...byName.values()].filter(({ signal: { id, name } }) => !known.get(id)?.has(name));
    await tx.insert("saga_signal", this.#rows(first.filter(({ hint }) => !hint)));
    const hints = this.#rows([...byName.values()].filter(({ hint }) => hint));
    if (hints.length > 0) {
      const { excluded, upsert } = tx.dialect;
      const later = `at = case when at < ${excluded("at")} then ${excluded("at")} else at + 1 end`;
      await tx.execute(
        `insert into saga_signal (type, business_key, name, payload, at) values ? ${upsert(["type", "business_key", "name"], later)}`,
        [hints.map((row) => Object.values(row))],
      );
    }
    return new Set(first);
  }

  #rows(signals: readonly Understood[]) {
    const at = this.options.clock();
    return signals.map(({ signal: { type, id, name }, payload }) => {
      return { type, business_key: id, name, payload: payload === undefined ? null : JSON.stringify(payload), at };
    });
  }
}

interface SagaRow {
  id: string;
  version: number;
  state: number;
  owner: string | null;
  undo_set: string | null;
}

interface Understood {
  signal: SagaSignal;
  saga: SagaRow;
  payload: unknown;
  /** It is for a pivot whose outcome is unknown: each one makes the saga ask again. */
  hint: boolean;
}

const isOpen = ({ owner, undo_set }: SagaRow): boolean => owner !== null && undo_set === null;

async function lockSagas(tx: Tx, type: string, ids: readonly string[]): Promise<Map<string, SagaRow>> {
  const rows = await tx.select<SagaRow>(
    `select business_key as id, version, state, owner, undo_set from saga_instance
      where type = ? and business_key in (?) order by business_key ${tx.dialect.forUpdate}`,
    [type, [...new Set(ids)].sort()],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
