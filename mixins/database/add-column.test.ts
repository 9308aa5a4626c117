import { testDatabase } from "../../test/support/database";
import { addColumn } from "./add-column";

test("a column is added once, however often its migration is run", async () => {
  const db = await testDatabase("columns");
  await db.transaction(async (tx) => {
    await tx.execute("create table thing (id integer not null primary key)");
    await tx.insert("thing", [{ id: 1 }]);
    await addColumn(tx, "thing", "size", "integer not null default 7");
    await addColumn(tx, "thing", "size", "integer not null default 7");
  });
  expect(await db.select("select * from thing")).toEqual([{ id: 1, size: 7 }]);
});

test("any other failure is told", async () => {
  const db = await testDatabase("columns");
  await expect(db.transaction((tx) => addColumn(tx, "nothing", "size", "integer"))).rejects.toThrow();
});
