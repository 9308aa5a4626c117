import { createIndex, dropIndex } from "../database";
import type { Tx } from "../database/types";
import type { SagaState } from "./types";

/** Codes of `saga_instance.state`. */
export const stateCode: Readonly<Record<SagaState, number>> = {
  RUNNING: 1,
  WAITING: 2,
  COMPENSATING: 3,
  COMPLETED: 4,
  COMPENSATED: 5,
  PARKED: 6,
};

const states = new Map(Object.entries(stateCode).map(([state, code]) => [code, state as SagaState]));

export function stateOf(code: number): SagaState {
  const state = states.get(code);
  if (!state) throw new Error(`no saga state has the code ${code}`);
  return state;
}

/** Nothing more comes of a saga in this state by itself or by anybody; one that is PARKED is open. */
export const isEnded = (state: SagaState): boolean => state === "COMPLETED" || state === "COMPENSATED";

/** `saga_instance.owner` of an open saga that nobody holds: it was released, or parked. Of an ended one it is NULL. */
export const unowned = "";

/** `saga_step.step` of the row that holds the whole trail of a saga in which all went well. */
export const wholeTrail = "*";

/** Codes of `saga_step.phase`. `signal` and `operator` are for what reaches a saga from outside. */
export const phaseCode = { trail: 0, forward: 1, undo: 2, verify: 3, seal: 4, signal: 5, operator: 6, delay: 7 } as const;

/** Codes of `saga_step.outcome`. */
export const outcomeCode = { done: 1, refused: 2, failed: 3, unknown: 4, sealed: 5, begun: 6 } as const;

/**
 * - `saga_instance` one row per saga. `owner` is the process start that runs it; the index on it finds what a dead owner left, what was
 *   released (with `next_at` due) and what is parked, and holds open sagas only. `recoveries` counts claims from a dead owner and
 *   `releases` voluntary ones, both since the last newly logged result; a saga that waits for a signal or a delay has none, and one that
 *   waits for a pivot's outcome has. `undo_set` and `cause` are written with the decision to
 *   compensate. Results are in `saga_step`, once.
 * - `saga_step` the log, written behind. While all goes well one row (`step` `*`) holds a saga's trail; once something doesn't, there is
 *   one for each step and attempt. `seq` counts within an epoch.
 * - `saga_node` one lease per owner, in the database's time.
 */
export async function createSagaTables(tx: Tx): Promise<void> {
  const { tableOptions } = tx.dialect;
  const key = "type varchar(64) not null, business_key varchar(64) not null";
  await tx.execute(
    `create table if not exists saga_instance (${key}, version integer not null, state tinyint not null, owner varchar(36), epoch integer not null,
      next_at bigint, deadline_at bigint not null, recoveries integer not null, releases integer not null,
      input mediumtext not null, undo_set text, cause text, trace text, created_at bigint not null, updated_at bigint not null,
      primary key (type, business_key)) ${tableOptions}`,
  );
  await createIndex(tx, "saga_instance", ["owner"]);
  await tx.execute(
    `create table if not exists saga_step (${key}, epoch integer not null, seq integer not null, step varchar(64) not null, phase tinyint not null,
      outcome tinyint not null, attempt integer not null, ms integer not null, detail mediumtext, at bigint not null,
      primary key (type, business_key, epoch, seq)) ${tableOptions}`,
  );
  await tx.execute(
    `create table if not exists saga_node (owner varchar(36) not null primary key, started_at bigint not null, lease_until bigint not null) ${tableOptions}`,
  );
}

/**
 * `saga_signal`: the signals that sagas were sent, one of each name. That of a stage is its result and never changes; of a pivot's, `at`
 * tells when it was last sent. Goes with its saga.
 */
export async function createSagaSignalTable(tx: Tx): Promise<void> {
  await tx.execute(
    `create table if not exists saga_signal (type varchar(64) not null, business_key varchar(64) not null, name varchar(64) not null,
      payload mediumtext, at bigint not null, primary key (type, business_key, name)) ${tx.dialect.tableOptions}`,
  );
}

/**
 * `saga_audit`: who did what to which parked saga, and why. Rows are written by hand, one at a time, so they are few, and they are kept
 * for ever: what was done to a saga is asked for long after the saga itself was cleaned away.
 */
export async function createSagaAuditTable(tx: Tx): Promise<void> {
  await tx.execute(
    `create table if not exists saga_audit (id ${tx.dialect.autoIncrement}, type varchar(64) not null, business_key varchar(64) not null,
      action varchar(16) not null, step varchar(64), who varchar(100) not null, why varchar(500) not null, state_before varchar(16) not null,
      detail mediumtext, at bigint not null) ${tx.dialect.tableOptions}`,
  );
  await createIndex(tx, "saga_audit", ["type", "business_key"]);
  await createIndex(tx, "saga_audit", ["at"]);
}

/**
 * Lets the clean-up find sagas that ended long ago: the index on `owner` becomes one on owner and time. It costs nothing more than before,
 * because the time only changes together with the owner, but at a decision to compensate; and ended sagas, whose owner is NULL, stand in
 * the order of their ends.
 */
export async function createSagaRetentionIndex(tx: Tx): Promise<void> {
  await createIndex(tx, "saga_instance", ["owner", "updated_at"]);
  await dropIndex(tx, "saga_instance", ["owner"]);
}
