import fc from "fast-check";

import { decodeCursor, encodeCursor } from "./cursor";

const refused = expect.objectContaining({
  type: "VALIDATION_FAILED",
  data: { errors: [{ path: "cursor", message: "is not a cursor of this list" }] },
});
const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function refusalOf(cursor: string): unknown {
  try {
    return decodeCursor(cursor, ["number", "string"], "order.list");
  } catch (error) {
    return error;
  }
}

test("a cursor gives back what was put in", () => {
  const cursor = encodeCursor([1_700_000_000_000, "0197-é"], "order.list");
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor(cursor, ["number", "string"], "order.list")).toEqual([1_700_000_000_000, "0197-é"]);
});

test("the first page has none", () => {
  expect(decodeCursor(undefined, ["number"])).toBeUndefined();
});

test.each([
  ["empty text", ""],
  ["text that isn't base64url", "%00\0é"],
  ["base64url of something else", Buffer.from("hello").toString("base64url")],
  ["another list's", encodeCursor([1, "a"], "payment.list")],
  ["too few values", encodeCursor([1], "order.list")],
  ["too many values", encodeCursor([1, "a", 2], "order.list")],
  ["a text for a number", encodeCursor(["1", "a"], "order.list")],
  ["a number that isn't an integer", encodeCursor([1.5, "a"], "order.list")],
  ["a number that can't be held", raw(["order.list", 2 ** 60, "a"])],
  ["a value that is too long", encodeCursor([1, "a".repeat(201)], "order.list")],
  ["a control character", encodeCursor([1, "a\0"], "order.list")],
  ["half a character", encodeCursor([1, "\ud83d"], "order.list")],
  ["an object", raw({ 0: "order.list", length: 3 })],
  ["nested values", raw(["order.list", [1], { a: 1 }])],
])("%s is not ours", (_what, cursor) => {
  expect(refusalOf(cursor)).toEqual(refused);
});

test("whatever comes, it is our values or VALIDATION_FAILED", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map((json) => Buffer.from(json).toString("base64url")),
  );
  fc.assert(fc.property(texts, (cursor) => expect(refusalOf(cursor)).toEqual(refused)));
});
