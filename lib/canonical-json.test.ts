import { hash } from "node:crypto";

import fc from "fast-check";

import { hashJson } from "./canonical-json";

const hashOf = (text: string) => hash("sha256", text, "base64url");

test("the order of keys and the white space of the source don't count", () => {
  const one = JSON.parse('{ "b": [1, {"y": 2, "x": null}], "a": "é" }');
  const two = JSON.parse('{"a":"\\u00e9","b":[1.0,{"x":null,"y":2e0}]}');
  expect(hashJson(one)).toBe(hashOf('{"a":"é","b":[1,{"x":null,"y":2}]}'));
  expect(hashJson(one)).toBe(hashJson(two));
  expect(hashJson(one)).toMatch(/^[\w-]{43}$/);
});

test.each([
  [{ a: 1 }, { a: "1" }],
  [{ a: [1, 2] }, { a: [2, 1] }],
  [{ a: null }, {}],
  [{ a: {} }, { a: [] }],
  [{ "a,b": 1 }, { a: 1, b: 1 }],
])("%j and %j differ", (one, two) => {
  expect(hashJson(one)).not.toBe(hashJson(two));
});

/** The same value with its keys in the order of the alphabet, which is then that of `JSON.stringify`. */
const sorted = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Objects put keys that are whole numbers first, whatever order they are given. */
const json = fc.jsonValue().filter((value) => !/"\d+":/.test(JSON.stringify(value)));

test("what is hashed is JSON that says the same", () => {
  fc.assert(fc.property(json, (value) => expect(hashJson(value)).toBe(hashOf(JSON.stringify(value, sorted)))));
});

test("keys that mean something to objects are keys like others", () => {
  const odd = JSON.parse('{"__proto__": 1, "constructor": 2}');
  expect(hashJson(odd)).toBe(hashOf('{"__proto__":1,"constructor":2}'));
});
