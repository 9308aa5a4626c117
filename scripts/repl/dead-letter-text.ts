import type { DeadLetterDetailsView, ReplayView } from "../../lib/dead-letters/views";
import { ago } from "./saga-text";
import { section } from "./table";

/** A dead letter in full. */
export function textOf(letter: DeadLetterDetailsView): string {
  const { service, id, state, type, eventId, topic, partition, offset, key, error, tries, diedAt, closedAt, headers, payload, audit } =
    letter;
  const facts: [string, string][] = [
    ["event", `${type ?? "of no type"}, ${eventId ?? "without an id"}`],
    ["stood", `${topic}, partition ${partition}, offset ${offset}; key ${key}`],
    ["died", `${diedAt}, ${ago(diedAt)} ago${closedAt ? `; closed ${closedAt}` : ""}`],
    ["error", error],
    ["tries", `${tries} replays failed`],
    ["payload", payload],
  ];
  return [
    `${id} of ${service} is ${state}`,
    ...facts.map(([name, fact]) => `  ${name.padEnd(9)}${fact}`),
    ...section(["header", "value"], Object.entries(headers)),
    ...section(
      ["operator", "did", "outcome", "at", "why", "detail"],
      audit.map(({ who, action, outcome, at, why, detail }) => [who, action, outcome, at, why, detail]),
    ),
  ].join("\n");
}

/** What came of replays, or would come of them: how many of each kind, and then each. */
export function replaysOf(replays: readonly ReplayView[], dryRun: boolean): string {
  if (replays.length === 0) return "No dead letters to replay.";
  const counts = new Map<string, number>();
  for (const { verdict } of replays) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [
    `${dryRun ? "A dry run, nothing was changed: " : ""}${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ")}`,
    ...section(
      ["id", "verdict", "detail"],
      replays.map(({ id, verdict, detail }) => [id, verdict, detail]),
    ),
  ].join("\n");
}
