/** What was released of the events: a file for each event and version below `docs/events/released/`, which consumers elsewhere rely on. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Schema } from "../../services/gateway/openapi/schemas";
import { type Break, breaksBetween } from "./compatibility";
import { inlined, publishedEvents } from "./published";

/** One event as it was released. */
export interface Released {
  event: string;
  version: number;
  topic: string;
  key: string;
  /** Of the payload. */
  schema: Schema;
}

export const releasedFolder = "docs/events/released";

/** The events as they are today. */
export function presentEvents(): Released[] {
  const { events, schemas } = publishedEvents();
  return events.map(({ event: { name, topic, key }, version, payload }) => ({
    ...{ event: name, version, topic, key },
    schema: inlined(payload, schemas),
  }));
}

export function readReleased(folder = releasedFolder): Released[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Released);
}

/** What is wrong with today's events for consumers of the released ones, a sentence each. */
export function complaints(released: readonly Released[], present: readonly Released[]): string[] {
  return released.flatMap((old) => {
    const now = present.find(({ event }) => event === old.event);
    if (!now) {
      const file = `${releasedFolder}/${old.event}.v${old.version}.json`;
      return `${old.event} was released as version ${old.version} and isn't published any more: publish it until nobody consumes it, then remove ${file} with it.`;
    }
    if (now.version > old.version) return [];
    if (now.version < old.version)
      return `${old.event} was released as version ${old.version} and is version ${now.version} again: give it a topic that ends with v${old.version} or more.`;
    return changesOf(old, now).map((one) => sentence(old, one));
  });
}

function changesOf(old: Released, now: Released): Break[] {
  const whole = (name: "topic" | "key"): Break[] =>
    old[name] === now[name] ? [] : [{ field: "", what: `had the ${name} ${old[name]} and has ${now[name]}`, breaks: "both" }];
  return [...whole("topic"), ...whole("key"), ...breaksBetween(old.schema, now.schema)];
}

const who = {
  C1: "consumers that haven't changed yet can't read the new events",
  C2: "changed consumers can't read the events that are on the topic already",
  both: "neither can consumers that haven't changed read the new events, nor changed ones those that are on the topic",
} as const;

function sentence({ event, version, topic }: Released, { field, what, breaks }: Break): string {
  const next = topic.replace(/\d+$/, String(version + 1));
  const subject = field ? `${event} v${version}, field ${field}, ${what}` : `${event} v${version} ${what}`;
  return `${subject}: ${who[breaks]}. Leave it as it was released, or publish what is new on ${next} (CONTRIBUTING.md, "To change an event").`;
}
