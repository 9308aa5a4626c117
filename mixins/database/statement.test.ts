import { fill, type Write } from "./statement";

const write: Write = (value) => `<${value}>`;

test("a placeholder takes a value, a list, or rows", () => {
  expect(fill("select ? where a in (?)", [1, ["x", null]], write)).toBe("select <1> where a in (<x>, <null>)");
  expect(
    fill(
      "insert into t values ?",
      [
        [
          [1, "a"],
          [2, undefined],
        ],
      ],
      write,
    ),
  ).toBe("insert into t values (<1>, <a>), (<2>, <null>)");
  expect(fill("set n = n-?, m=m+?", [true, false], write)).toBe("set n = n-<1>, m=m+<0>");
});

test("a question mark in a literal, a quoted name or a comment is no placeholder", () => {
  const sql = "select '?', 'it''s ?', `a?b`, \"?\" -- why?\n/* or ? */ from t where x = ?";
  expect(fill(sql, [7], write)).toBe(sql.replace(/\?$/, "<7>"));
});

test("a value is never looked at for placeholders", () => {
  expect(fill("select ?, ?", ["what?", "'?'"], write)).toBe("select <what?>, <'?'>");
});

test.each([
  ["too few values", "select ?, ?", [1], "2 placeholders, 1 values"],
  ["too many values", "select ?", [1, 2], "1 placeholders, 2 values"],
  ["an empty list", "where id in (?)", [[]], "empty list"],
  ["an empty row", "values ?", [[[]]], "empty list"],
  ["NaN", "select ?", [Number.NaN], "can't be stored exactly"],
  ["a number beyond 2^53 - 1", "select ?", [2 ** 53], "can't be stored exactly"],
  ["a backslash in a literal", "where a like '50\\%'", [], "backslash"],
])("%s is refused before the database sees it", (_what, sql, values, message) => {
  expect(() => fill(sql, values as never, write)).toThrow(message);
});

test.each([[new Date(0)], [{ a: 1 }], [1n]])("a value of another type (%p) is refused", (value) => {
  expect(() => fill("select ?", [value as never], write)).toThrow(TypeError);
});
