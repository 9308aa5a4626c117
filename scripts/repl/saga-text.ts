import type { SagaDetailsView, SagaView } from "../../lib/sagas/views";
import { duration, section } from "./table";

/** How long it is since. */
export const ago = (time: string) => duration(Date.now() - Date.parse(time));

/** What a saga that nobody runs waits for. */
export function nextOf({ waitsFor, nextAt }: SagaView): string | undefined {
  if (waitsFor) return `${waitsFor.kind} ${waitsFor.name} until ${waitsFor.until}`;
  return nextAt;
}

/** A saga in full. */
export function textOf(saga: SagaDetailsView): string {
  const { type, id, state, cause, undo, requestId, input, trail, signals, audit } = saga;
  const facts: [string, string | undefined][] = [
    ["cause", cause && `${cause.code}${cause.detail ? `: ${cause.detail}` : ""}`],
    ["to undo", undo?.join(", ")],
    ["next", nextOf(saga)],
    ["started", `${saga.createdAt}, ${ago(saga.createdAt)} ago; deadline ${saga.deadlineAt}`],
    ["owner", `${saga.owner ?? "none"}; epoch ${saga.epoch}, recoveries ${saga.recoveries}, version ${saga.version}`],
    ["request", requestId],
    ["input", input === undefined ? "not shown: the code of its version is not loaded" : JSON.stringify(input)],
  ];
  return [
    `${type} ${id} is ${state}`,
    ...facts.flatMap(([name, fact]) => (fact ? `  ${name.padEnd(9)}${fact}` : [])),
    ...section(["epoch", "step", "phase", "outcome", "times", "ms", "at", "detail"], trailRows(trail)),
    ...section(
      ["signal", "at", "payload"],
      signals.map(({ name, at, payload }) => [name, at, jsonOf(payload)]),
    ),
    ...section(
      ["operator", "did", "step", "at", "why"],
      audit.map(({ who, action, step, at, why }) => [who, action, step, at, why]),
    ),
  ].join("\n");
}

/** One row for what was heard again and again: the last time, and how often. */
function trailRows(trail: SagaDetailsView["trail"]): (string | number | undefined)[][] {
  const runs: { last: (typeof trail)[number]; same: string; times: number }[] = [];
  for (const entry of trail) {
    const same = JSON.stringify([entry.step, entry.phase, entry.outcome, entry.detail]);
    const run = runs.at(-1);
    if (run?.same === same) Object.assign(run, { last: entry, times: run.times + 1 });
    else runs.push({ last: entry, same, times: 1 });
  }
  return runs.map(({ last, times }) => [last.epoch, last.step, last.phase, last.outcome, times, last.ms, last.at, jsonOf(last.detail)]);
}

const jsonOf = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));
