import { duration, table } from "./table";

test("columns stand below one another, numbers to the right", () => {
  const rows = [
    ["place", 7, undefined],
    ["cancel-order", 1_000, "a\nb"],
  ];
  expect(table("things", ["type", "count", "why"], rows)).toBe(
    ["type          count  why", "place             7", "cancel-order   1000  a b"].join("\n"),
  );
});

test("a long text is cut", () => {
  const [, line] = table("things", ["what"], [["x".repeat(200)]]).split("\n");
  expect(line).toBe(`${"x".repeat(79)}…`);
});

test("where there is nothing it says so", () => {
  expect(table("sagas", ["type"], [])).toBe("No sagas.");
});

test.each([
  [0, "0 ms"],
  [1_999, "1999 ms"],
  [2_000, "2 s"],
  [119_999, "120 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
  [3 * 86_400_000, "3 d"],
])("%i ms are %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});
