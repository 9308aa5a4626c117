import { formatTraceparent, newSpanId, newTraceparent, parseTraceparent } from "./traceparent";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

test("a valid header tells its place, whether it is sampled or not", () => {
  expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
  expect(parseTraceparent(`00-${traceId}-${spanId}-00`)).toEqual({ traceId, spanId, sampled: false });
  expect(parseTraceparent(`00-${traceId}-${spanId}-ff`)).toEqual({ traceId, spanId, sampled: true });
});

test("a later version may have more at its end", () => {
  expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-comes`)).toEqual({ traceId, spanId, sampled: true });
  expect(parseTraceparent(`cc-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
});

test.each([
  ["nothing", undefined],
  ["no text", 7],
  ["a list", [`00-${traceId}-${spanId}-01`]],
  ["an empty text", ""],
  ["capitals", `00-${traceId.toUpperCase()}-${spanId}-01`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
  ["a parent of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
  ["the version that there will never be", `ff-${traceId}-${spanId}-01`],
  ["more at the end of version 0", `00-${traceId}-${spanId}-01-more`],
  ["a later version with something stuck to its end", `cc-${traceId}-${spanId}-01more`],
  ["too short a trace", `00-${traceId.slice(1)}-${spanId}-01`],
  ["a line break", `00-${traceId}-${spanId}-01\n`],
])("%s is no header", (_what, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test("what is made is valid, and never the same", () => {
  const made = Array.from({ length: 100 }, newTraceparent);
  for (const text of made) expect(formatTraceparent(parseTraceparent(text)!)).toBe(text);
  expect(new Set(made.map((text) => text.slice(0, 35))).size).toBe(100);
  expect(new Set(Array.from({ length: 100 }, newSpanId)).size).toBe(100);
  expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
});
