/** What can be seen of a saga from outside: its row, its trail, what its host was told, and the effects at the participants. */
import { createIndex, type Database } from "../../../mixins/database";
import { saga, type BoundSaga, type EndedSaga } from "../../../mixins/saga";
import { columns, load, type InstanceRow } from "../../../mixins/saga/instance";
import { nextMove } from "../../../mixins/saga/plan";
import { stateOf } from "../../../mixins/saga/tables";
import type { SagaState } from "../../../mixins/saga/types";
import type { Effect, Seen } from "./world";

export interface Observed {
  row: (InstanceRow & { stands: SagaState }) | undefined;
  trail: { epoch: number; seq: number; step: string; outcome: number }[];
  /** What the host was told, as often as it was. */
  told: { state: string }[];
  effects: Record<string, Effect>;
}

/** What `keepingEnds` needs in the host's database. */
export async function createEndTable(host: Database): Promise<void> {
  await host.transaction(async (tx) => {
    await tx.execute(`create table told_end (id ${tx.dialect.autoIncrement}, saga_id varchar(64) not null, state varchar(16) not null)`);
    await createIndex(tx, "told_end", ["saga_id"]);
  });
}

/** The same saga, whose host also keeps a list of the ends that it is told, in the transactions that tell it. */
export function keepingEnds({ definition, ends }: BoundSaga): BoundSaga {
  const rows = (ended: readonly EndedSaga<unknown, unknown>[], state: SagaState) => ended.map(({ id }) => ({ saga_id: id, state }));
  return saga(definition, {
    completed: async (ended, tx) => {
      await tx.insert("told_end", rows(ended, "COMPLETED"));
      await ends.completed(ended as never, tx);
    },
    compensated: async (ended, tx) => {
      await tx.insert("told_end", rows(ended, "COMPENSATED"));
      await ends.compensated(ended as never, tx);
    },
  });
}

export async function rowOf({ saga: { definition }, host }: Seen, id: string): Promise<Observed["row"]> {
  const [row] = await host.select<InstanceRow>(`select ${columns} from saga_instance where type = ? and business_key = ?`, [
    definition.type,
    id,
  ]);
  return row && { ...row, stands: stateOf(row.state) };
}

export async function observe(world: Seen, id: string): Promise<Observed> {
  const { host, saga: bound } = world;
  return {
    row: await rowOf(world, id),
    trail: await host.select("select epoch, seq, step, outcome from saga_step where type = ? and business_key = ? order by epoch, seq", [
      bound.definition.type,
      id,
    ]),
    told: await host.select("select state from told_end where saga_id = ?", [id]),
    effects: await world.effects(id),
  };
}

/** What the log of a saga that has ended says is to be done next, and the steps that apply by it. */
export async function replayed({ host, saga: { definition } }: Seen, row: InstanceRow) {
  const [instance] = await load([row], host, new Set());
  if (!instance) throw new Error("the log can't be loaded");
  const { known } = instance;
  const applies = (name: string) =>
    definition.stages.flat().some((step) => step.name === name && step.when({ input: known.input, results: known.results }));
  return { move: nextMove(definition, known, { firstOwner: row.epoch === 1, late: false }), applies };
}
