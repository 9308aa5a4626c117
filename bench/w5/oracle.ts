import { openSnapshot } from "../../scripts/reconcile/snapshots/snapshot";
import { participants } from "./five-steps";

/** What the numbers in the tables stand for, written down a second time on purpose: nothing is taken from the code that is judged. */
const saga = { COMPLETED: 4, COMPENSATED: 5 } as const;
const barrier = { DONE: 3, FAILED: 4, UNDONE: 5 } as const;

/**
 * Holds the databases against what clients were told: every saga has ended as its client heard, and at each participant its step is done
 * (I1), or undone and the fifth refused (I2). A saga is looked for at the participants, and what they know at the host.
 * @param databases URLs by service
 */
export async function recount(databases: Record<string, string>, told: { completed: number; compensated: number }): Promise<string[]> {
  const ended = await sagasOf(databases.host ?? "");
  const wrong: string[] = [];
  const of = (state: number) => [...ended.values()].filter((one) => one === state).length;
  const differs = (what: string, is: number, should: number) => is !== should && wrong.push(`${what}: ${is} instead of ${should}`);
  differs("sagas COMPLETED", of(saga.COMPLETED), told.completed);
  differs("sagas COMPENSATED", of(saga.COMPENSATED), told.compensated);
  differs("sagas in all", ended.size, told.completed + told.compensated);
  for (const name of participants) wrong.push(...(await strayAt(name, databases[name] ?? "", ended)));
  return wrong;
}

async function strayAt(name: string, url: string, ended: ReadonlyMap<string, number>): Promise<string[]> {
  const undone = name === "fifth" ? barrier.FAILED : barrier.UNDONE;
  const wrong: string[] = [];
  let rows = 0;
  for (const { id, state } of await read<{ id: string; state: number }>(url, "select id, state from saga_barrier")) {
    rows++;
    const should = { [saga.COMPLETED]: barrier.DONE, [saga.COMPENSATED]: undone }[ended.get(id) ?? 0];
    if (state !== should) wrong.push(`${name} of ${id}: barrier ${state} instead of ${should}`);
  }
  if (rows !== ended.size) wrong.push(`${name} knows ${rows} steps of ${ended.size} sagas`);
  return wrong;
}

async function sagasOf(url: string): Promise<Map<string, number>> {
  const rows = await read<{ id: string; state: number }>(url, "select business_key as id, state from saga_instance");
  return new Map(rows.map(({ id, state }) => [id, state]));
}

async function read<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const snapshot = await openSnapshot(url);
  try {
    return await snapshot.all<Row>(sql);
  } finally {
    await snapshot.close();
  }
}
