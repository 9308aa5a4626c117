import { sqlite } from "../mixins/database/dialect";
import { conditions, eachRow, keepNewest } from "./sql";

test("conditions hold together, and their values stand in the order of their placeholders", () => {
  const asked = conditions("removed_at is null", ["price >= ?", 5], "stock > 0", ["user_id in (?)", ["u1", "u2"]]);
  expect(asked).toEqual({
    where: "removed_at is null and price >= ? and stock > 0 and user_id in (?)",
    values: [5, ["u1", "u2"]],
  });
});

test("a condition that isn't asked for is left out with its value; zero, false, null and empty text are values", () => {
  const asked = conditions(undefined, ["a = ?", undefined], ["b = ?", 0], ["c = ?", false], ["d = ?", ""], ["e is ?", null]);
  expect(asked).toEqual({ where: "b = ? and c = ? and d = ? and e is ?", values: [0, false, "", null] });
});

test("nothing asked for is no `where`, so that a list has its own", () => {
  expect(conditions(["a = ?", undefined], undefined)).toEqual({ where: undefined, values: [] });
});

test("each row has its own value, by its key, for any number of columns", () => {
  const each = eachRow("id", [{ at: "a", price: 1 }, { at: "b", price: 2 }], (one) => one.at); // prettier-ignore
  expect(each(({ price }) => price)).toEqual({ sql: "case id when ? then ? when ? then ? end", values: ["a", 1, "b", 2] });
  expect(each(({ price }) => -price).values).toEqual(["a", -1, "b", -2]);
});

test("what the newest is known by is set last: MySQL sets one column after the other", () => {
  const set = keepNewest(sqlite, "thing", ["name", "mail"], "heard_at");
  expect(set.split(", ").map((one) => one.split(" ")[0])).toEqual(["name", "mail", "heard_at"]);
});
