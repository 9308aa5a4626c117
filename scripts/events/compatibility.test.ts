/** Each change of a schema, and who it breaks: C1 old consumers, C2 new consumers that read old events. */
import { z } from "zod";

import type { Schema } from "../../services/gateway/openapi/schemas";
import { breaksBetween } from "./compatibility";

const schemaOf = (shape: z.ZodRawShape) => z.toJSONSchema(z.object(shape)) as Schema;
const between = (before: z.ZodRawShape, now: z.ZodRawShape) =>
  breaksBetween(schemaOf(before), schemaOf(now)).map(({ field, what, breaks }) => `${breaks} ${field} ${what}`);

const kind = z.enum(["A", "B"]);
const line = z.object({ id: z.string(), pieces: z.int() });

describe("nobody minds", () => {
  test.each<[string, z.ZodRawShape, z.ZodRawShape]>([
    ["nothing changed", { a: z.string(), lines: z.array(line) }, { a: z.string(), lines: z.array(line) }],
    ["a new field that may be left out", { a: z.string() }, { a: z.string(), b: z.int().optional() }],
    ["a field that could be left out is gone", { a: z.string(), b: z.int().optional() }, { a: z.string() }],
    ["the fields' order", { a: z.string(), b: z.int() }, { b: z.int(), a: z.string() }],
    ["the values' order", { a: z.enum(["A", "B"]) }, { a: z.enum(["B", "A"]) }],
    ["one value as enum or as literal", { a: z.enum(["A"]) }, { a: z.literal("A") }],
    ["what is said of a field", { a: z.string() }, { a: z.string().meta({ description: "New words", examples: ["x"], title: "A" }) }],
    ["a new field inside of a list's items", { l: z.array(line) }, { l: z.array(line.extend({ note: z.string().optional() })) }],
  ])("%s", (_what, before, now) => {
    expect(between(before, now)).toEqual([]);
  });
});

describe("it breaks", () => {
  test.each<[string, z.ZodRawShape, z.ZodRawShape, string[]]>([
    ["a field is gone", { a: z.string(), b: z.int() }, { a: z.string() }, ["C1 b was removed"]],
    ["a field has another name", { a: z.string() }, { b: z.string() }, ["C1 a was removed", "C2 b is new and always there"]],
    ["a field may be left out", { a: z.string() }, { a: z.string().optional() }, ["C1 a may be left out now"]],
    ["a field is always there", { a: z.string().optional() }, { a: z.string() }, ["C2 a could be left out and can't any more"]],
    ["a new field is always there", { a: z.string() }, { a: z.string(), b: z.int() }, ["C2 b is new and always there"]],
    ["another type", { a: z.string() }, { a: z.boolean() }, ["both a was of type string and is of type boolean"]],
    ["fractions", { a: z.int() }, { a: z.number() }, ["both a was of type integer and is of type number"]],
    ["it may be null", { a: z.string() }, { a: z.string().nullable() }, ["both a was of type string and is of type string or null"]],
    [
      "anything at all",
      { a: z.string() },
      { a: z.unknown() },
      expect.arrayContaining([expect.stringContaining("both a was of type string")]),
    ],
    ["one more value", { a: kind }, { a: z.enum(["A", "B", "C"]) }, ['C1 a has the new value "C"']],
    ["a value less", { a: kind }, { a: z.enum(["A"]) }, ['C2 a has lost the value "B"']],
    ["another literal", { a: z.literal(1) }, { a: z.literal(2) }, ["C1 a has the new value 2", "C2 a has lost the value 1"]],
    ["certain values only", { a: z.string() }, { a: kind }, ["C2 a takes certain values only"]],
    ["any value", { a: kind }, { a: z.string() }, ["C1 a isn't one of certain values any more"]],
    ["a higher minimum", { a: z.int().min(0) }, { a: z.int().min(1) }, ["C2 a had minimum 0 and has minimum 1"]],
    ["a lower minimum", { a: z.int().min(1) }, { a: z.int().min(0) }, ["C1 a had minimum 1 and has minimum 0"]],
    ["a maximum", { a: z.number() }, { a: z.number().max(9) }, ["C2 a had no maximum and has maximum 9"]],
    ["no maximum", { a: z.number().max(9) }, { a: z.number() }, ["C1 a had maximum 9 and has no maximum"]],
    ["longer texts", { a: z.string().max(5) }, { a: z.string().max(9) }, ["C1 a had maxLength 5 and has maxLength 9"]],
    ["shorter texts", { a: z.string().max(9) }, { a: z.string().max(5) }, ["C2 a had maxLength 9 and has maxLength 5"]],
    ["empty lists", { a: z.array(z.int()).min(1) }, { a: z.array(z.int()) }, ["C1 a had minItems 1 and has no minItems"]],
    ["another pattern", { a: z.string().regex(/a/) }, { a: z.string().regex(/b/) }, ["both a has another pattern"]],
    ["another format", { a: z.email() }, { a: z.uuid() }, expect.arrayContaining(["both a has another format"])],
    ["items of a list", { l: z.array(line) }, { l: z.array(line.omit({ pieces: true })) }, ["C1 l[].pieces was removed"]],
    [
      "deep inside",
      { o: z.object({ l: z.array(line) }) },
      { o: z.object({ l: z.array(line.extend({ id: z.int() })) }) },
      [expect.stringContaining("both o.l[].id")],
    ],
    [
      "values of a record",
      { r: z.record(z.string(), z.int()) },
      { r: z.record(z.string(), z.string()) },
      [expect.stringContaining("both r.*")],
    ],
    [
      "one more alternative",
      { a: z.union([z.int(), z.string()]) },
      { a: z.union([z.int(), z.string(), z.null()]) },
      ["C1 a has one more alternative"],
    ],
    [
      "an alternative less",
      { a: z.union([z.int(), z.string(), z.null()]) },
      { a: z.union([z.int(), z.string()]) },
      ["C2 a has an alternative less"],
    ],
    [
      "another alternative",
      { a: z.union([z.int(), z.string()]) },
      { a: z.union([z.int(), z.boolean()]) },
      [expect.stringContaining("both a was of type string")],
    ],
  ])("%s", (_what, before, now, broken) => {
    expect(between(before, now)).toEqual(broken);
  });

  test("what isn't understood, when it changes", () => {
    const before = { type: "string", contentEncoding: "base64" };
    expect(breaksBetween(before, { type: "string" })).toEqual([{ field: "", what: "has another contentEncoding", breaks: "both" }]);
    expect(breaksBetween(before, before)).toEqual([]);
  });
});
