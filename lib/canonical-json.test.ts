import fc from "fast-check";

import { canonicalJson, hashJson } from "./canonical-json";

test("the order of keys and the white space of the source don't count", () => {
  const one = JSON.parse('{ "b": [1, {"y": 2, "x": null}], "a": "é" }');
  const two = JSON.parse('{"a":"\\u00e9","b":[1.0,{"x":null,"y":2e0}]}');
  expect(canonicalJson(one)).toBe('{"a":"é","b":[1,{"x":null,"y":2}]}');
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

test("it is JSON that says the same", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))));
});

test("keys that mean something to objects are keys like others", () => {
  const odd = JSON.parse('{"__proto__": 1, "constructor": 2}');
  expect(canonicalJson(odd)).toBe('{"__proto__":1,"constructor":2}');
});
