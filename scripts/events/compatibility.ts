/**
 * Whether a new schema of an event can take the place of an old one. Consumers ignore fields that they don't know and refuse what their schema
 * refuses, and they are not changed at one moment with the publisher, so both must hold:
 * - C1 consumers with the old schema can read every event that fits the new one;
 * - C2 consumers with the new schema can read every event that fits the old one: it is still on the topic, and read again in a replay.
 * What isn't understood counts as a break when it changes.
 */
import { isDeepStrictEqual } from "node:util";

import type { Schema } from "../../services/gateway/openapi/schemas";

export interface Break {
  /** Where, e.g. `items[].quantity`; empty for the whole payload. */
  field: string;
  /** What has changed, e.g. `was removed`. */
  what: string;
  /** Who can't read what: the old consumers new events (C1), or the new consumers old events (C2). */
  breaks: "C1" | "C2" | "both";
}

const told: ReadonlySet<string> = new Set(["title", "description", "examples", "default", "deprecated", "$comment"]);
const lower = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"] as const;
const upper = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"] as const;
const handled: ReadonlySet<string> = new Set([
  ...told,
  ...lower,
  ...upper,
  ...["type", "enum", "const", "properties", "required", "items", "anyOf", "additionalProperties"],
]);

/** Everything in which `now` breaks with `before`. */
export function breaksBetween(before: Schema, now: Schema, field = ""): Break[] {
  if (!isDeepStrictEqual(before.type, now.type)) {
    return [{ field, what: `was ${typeText(before)} and is ${typeText(now)}`, breaks: "both" }];
  }
  return [
    ...valueBreaks(before, now, field),
    ...boundBreaks(before, now, field),
    ...fieldBreaks(before, now, field),
    ...partBreaks(before, now, field),
    ...otherBreaks(before, now, field),
  ];
}

const typeText = ({ type }: Schema) =>
  type === undefined ? "of several types or any" : `of type ${[type as string | string[]].flat().join(" or ")}`;

const valuesOf = (schema: Schema) => ("const" in schema ? [schema.const] : (schema.enum as unknown[] | undefined));

function valueBreaks(before: Schema, now: Schema, field: string): Break[] {
  const [old, own] = [valuesOf(before), valuesOf(now)];
  if (!old && !own) return [];
  if (!old) return [{ field, what: "takes certain values only", breaks: "C2" }];
  if (!own) return [{ field, what: "isn't one of certain values any more", breaks: "C1" }];
  const without = (all: unknown[], others: unknown[]) => all.filter((value) => !others.some((other) => isDeepStrictEqual(value, other)));
  return [
    ...without(own, old).map((value): Break => ({ field, what: `has the new value ${JSON.stringify(value)}`, breaks: "C1" })),
    ...without(old, own).map((value): Break => ({ field, what: `has lost the value ${JSON.stringify(value)}`, breaks: "C2" })),
  ];
}

/** A bound that is wider lets through what old consumers refuse; one that is narrower refuses what was let through. */
function boundBreaks(before: Schema, now: Schema, field: string): Break[] {
  const bounds = (names: readonly string[], none: number, isWider: (own: number, old: number) => boolean) =>
    names.flatMap((name): Break[] => {
      const [old, own] = [(before[name] as number | undefined) ?? none, (now[name] as number | undefined) ?? none];
      if (old === own) return [];
      const what = `had ${boundText(name, before[name])} and has ${boundText(name, now[name])}`;
      return [{ field, what, breaks: isWider(own, old) ? "C1" : "C2" }];
    });
  return [...bounds(lower, -Infinity, (own, old) => own < old), ...bounds(upper, Infinity, (own, old) => own > old)];
}

const boundText = (name: string, value: unknown) => (value === undefined ? `no ${name}` : `${name} ${JSON.stringify(value)}`);

type Fields = Readonly<Record<string, Schema>>;

/** A field that may be left out can come and go: nobody may count on it. */
function fieldBreaks(before: Schema, now: Schema, parent: string): Break[] {
  const [old, own] = [(before.properties ?? {}) as Fields, (now.properties ?? {}) as Fields];
  const [oldNeeds, needs] = [before, now].map(({ required }) => new Set((required ?? []) as string[])) as [Set<string>, Set<string>];
  return [...new Set([...Object.keys(old), ...Object.keys(own)])].flatMap((name): Break[] => {
    const field = parent ? `${parent}.${name}` : name;
    const [was, is] = [old[name], own[name]];
    if (!is) return oldNeeds.has(name) ? [{ field, what: "was removed", breaks: "C1" }] : [];
    if (!was) return needs.has(name) ? [{ field, what: "is new and always there", breaks: "C2" }] : [];
    const both = breaksBetween(was, is, field);
    if (oldNeeds.has(name) && !needs.has(name)) both.unshift({ field, what: "may be left out now", breaks: "C1" });
    if (!oldNeeds.has(name) && needs.has(name)) both.unshift({ field, what: "could be left out and can't any more", breaks: "C2" });
    return both;
  });
}

/** Items of lists, values of records, alternatives. */
function partBreaks(before: Schema, now: Schema, field: string): Break[] {
  return [
    ...partBreak(before.items, now.items, `${field}[]`, "its items"),
    ...partBreak(before.additionalProperties, now.additionalProperties, `${field}.*`, "its other fields"),
    ...alternativeBreaks(before, now, field),
  ];
}

function partBreak(before: unknown, now: unknown, field: string, what: string): Break[] {
  if (isSchema(before) && isSchema(now)) return breaksBetween(before, now, field);
  return isDeepStrictEqual(before, now) ? [] : [{ field, what: `says another thing of ${what}`, breaks: "both" }];
}

function alternativeBreaks({ anyOf: before }: Schema, { anyOf: now }: Schema, field: string): Break[] {
  const [old, own] = [before, now].map((all) => (Array.isArray(all) ? (all as Schema[]) : [])) as [Schema[], Schema[]];
  if (old.length !== own.length) {
    const more = own.length > old.length;
    return [{ field, what: more ? "has one more alternative" : "has an alternative less", breaks: more ? "C1" : "C2" }];
  }
  return old.flatMap((schema, at) => breaksBetween(schema, own[at]!, field));
}

const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);

function otherBreaks(before: Schema, now: Schema, field: string): Break[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => !handled.has(name));
  return names
    .filter((name) => !isDeepStrictEqual(before[name], now[name]))
    .map((name) => ({ field, what: `has another ${name}`, breaks: "both" }));
}
