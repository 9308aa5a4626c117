import { z } from "zod";

import { parse } from "./validation";

const schema = z.strictObject({
  quantity: z.int().min(1),
  note: z.string().default("none"),
  items: z.array(z.strictObject({ id: z.string() })).default([]),
});

function refusalOf(value: unknown): { message: string; data: { errors: { path: string; message: string }[] } } {
  try {
    parse(schema, value);
  } catch (error) {
    expect(error).toMatchObject({ type: "VALIDATION_FAILED", code: 422 });
    return error as ReturnType<typeof refusalOf>;
  }
  throw new Error("was accepted");
}

test("gives the value with its defaults", () => {
  expect(parse(schema, { quantity: 2 })).toEqual({ quantity: 2, note: "none", items: [] });
});

test("names every field that isn't valid by its path", () => {
  const { message, data } = refusalOf({ quantity: "2", items: [{ id: "a" }, { id: 1 }] });
  expect(data.errors).toEqual([
    { path: "quantity", message: expect.stringContaining("expected number") },
    { path: "items.1.id", message: expect.stringContaining("expected string") },
  ]);
  expect(message).toMatch(/^quantity: .*\(and 1 more\)$/);
});

test("unknown fields are errors of their own, those that mean something to objects too", () => {
  const value = JSON.parse('{"quantity":1,"isAdmin":true,"__proto__":{"a":1},"constructor":1,"items":[{"id":"a","__proto__":1}]}');
  expect(
    refusalOf(value)
      .data.errors.map((error) => error.path)
      .sort(),
  ).toEqual(["__proto__", "constructor", "isAdmin", "items.0.__proto__"]);
});

test("what isn't an object at all is told of without a path", () => {
  for (const value of [null, undefined, [], "text", 1])
    expect(refusalOf(value).data.errors).toEqual([{ path: "", message: expect.any(String) }]);
});

test("a flood of bad fields is cut short", () => {
  const value = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`${"x".repeat(200)}${at}`, 1]));
  const { data, message } = refusalOf({ quantity: 1, ...value });
  expect(data.errors).toHaveLength(20);
  expect(JSON.stringify(data).length + message.length).toBeLessThan(5_000);
});
