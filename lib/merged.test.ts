import { merged } from "./merged";

const row = (text: string) => ({ at: Number(text.slice(1)), type: text[0]! });
const page = (parts: string[][], limit: number, falling = false) => {
  const rows = parts.map((part) => part.map(row));
  const { items, nextCursor } = merged(rows, {
    limit,
    falling,
    by: ({ at, type }) => [at, type],
    cursorOf: ({ at, type }) => `${type}${at}`,
  });
  return [items.map(({ at, type }) => `${type}${at}`).join(" "), nextCursor];
};

test("the beginnings of several lists are one page, in their common order", () => {
  expect(page([["a1", "a3"], ["b1", "b2", "b10"], []], 10)).toEqual(["a1 b1 b2 a3 b10", null]);
  expect(
    page(
      [
        ["a3", "a1"],
        ["b10", "b2", "b1"],
      ],
      10,
      true,
    ),
  ).toEqual(["b10 a3 b2 b1 a1", null]);
});

test("the next page begins behind the last row, when there is more", () => {
  expect(
    page(
      [
        ["a1", "a4"],
        ["b2", "b3"],
      ],
      3,
    ),
  ).toEqual(["a1 b2 b3", "b3"]);
  expect(page([["a1"], ["b2"]], 2)).toEqual(["a1 b2", null]);
});
