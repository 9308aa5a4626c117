/** Holds what was seen of one saga against the invariants I1–I9, and says what is wrong with it. */
import { refused } from "../../../mixins/outcome";
import { UNAVAILABLE } from "../../../mixins/saga/plan";
import { type Observed, replayed, rowOf } from "./observed";
import type { Effect, Seen } from "./world";

/** `cause` of a saga that was compensated. */
export interface End {
  state: "COMPLETED" | "COMPENSATED" | "never started";
  cause?: string;
}

export function endOf({ row }: Observed): End | undefined {
  if (!row) return { state: "never started" };
  if (row.stands !== "COMPLETED" && row.stands !== "COMPENSATED") return undefined;
  const { type } = JSON.parse(row.cause ?? "{}") as { type?: string };
  return { state: row.stands, ...(type !== undefined && { cause: type }) };
}

/** I2: what still comes after the end has no effect. I5: those who were struck write nothing any more. */
export function changesOf(before: Observed, after: Observed): string[] {
  const changed = (Object.keys(before) as (keyof Observed)[]).filter(
    (part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]),
  );
  const invariant = (part: keyof Observed) => (part === "effects" ? "I2" : "I5");
  return changed.map(
    (part) => `${invariant(part)}: after the end ${part} was ${JSON.stringify(before[part])} and became ${JSON.stringify(after[part])}`,
  );
}

export async function violationsOf(world: Seen, seen: Observed): Promise<string[]> {
  const end = endOf(seen);
  if (!end) return [`I6: it is ${seen.row?.stands} and nobody goes on`];
  const told = seen.told.map(({ state }) => state).join();
  if (end.state === "never started")
    return [...(told ? [`I5: never started, and told ${told}`] : []), ...effectsBeside(seen, "I2", () => 0)];
  return [...(told === end.state ? [] : [`I5: ${end.state}, and told ${told || "nothing"}`]), ...(await againstTheLog(world, seen, end))];
}

async function againstTheLog(world: Seen, seen: Observed, end: End): Promise<string[]> {
  if (!seen.row) return [];
  const { move, applies } = await replayed(world, seen.row);
  const completed = end.state === "COMPLETED";
  const wrong = effectsBeside(seen, completed ? "I1" : "I2", (step) => (completed && applies(step) ? 1 : 0));
  if (completed && move.kind !== "complete") wrong.push(`I9: COMPLETED, and by its log the next move is ${move.kind}`);
  // What its end alone says, and no entry of the log, is not replayed: that the deadline had passed, or somebody did not answer.
  const { timedOut, waits } = world.saga.definition;
  const untold = [UNAVAILABLE, timedOut, ...waits.map((wait) => wait.timedOut)];
  const toldByEndOnly = seen.row.undo_set === null && untold.includes(end.cause ?? "");
  const same = move.kind === "compensated" && move.cause.type === refused(end.cause ?? "").type;
  if (!completed && !toldByEndOnly && !same) wrong.push(`I9: COMPENSATED (${end.cause}), and by its log the next move is ${move.kind}`);
  return wrong;
}

function effectsBeside({ effects }: Observed, invariant: string, expected: (step: string) => number): string[] {
  const isWrong = ([step, { net, done = 0, undone = 0 }]: [string, Effect]) => net !== expected(step) || done > 1 || undone > done;
  return Object.entries(effects)
    .filter(isWrong)
    .map(([step, effect]) => `${invariant}: ${step} should be there ${expected(step)} times: ${JSON.stringify(effect)}`);
}

/** I3, I4: to be asked when a message is sent. An undo needs a decision that is durable, and a pivot that is not done. */
export async function undosTooEarly(world: Seen, id: string, action: string, params: object): Promise<string[]> {
  const steps = world.saga.definition.stages.flat();
  const isMeant = (params as { calls: readonly { id: string }[] }).calls.some((call) => call.id === id);
  if (!isMeant || !steps.some(({ undo }) => undo === action)) return [];
  const pivot = steps.find(({ kind }) => kind === "pivot")?.name ?? "";
  const stands = (await rowOf(world, id))?.stands;
  const wrong: string[] = [];
  if (stands !== "COMPENSATING" && stands !== "COMPENSATED") wrong.push(`I3: ${action} ${id} is called while it is ${stands}`);
  if ((await world.effects(id))[pivot]?.net) wrong.push(`I4: ${action} ${id} is called after ${pivot}`);
  return wrong;
}
