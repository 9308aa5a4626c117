import { testDatabase } from "../../test/support/database";
import { createIndex } from "./create-index";
import { dropIndex } from "./drop-index";

test("an index is dropped once, however often its migration is run", async () => {
  const db = await testDatabase("indexes");
  await db.transaction(async (tx) => {
    await tx.execute("create table thing (id integer not null primary key, size integer, shape integer)");
    await createIndex(tx, "thing", ["size"], { unique: true });
    await tx.insert("thing", [{ id: 1, size: 7, shape: 1 }]);
  });
  const another = () => db.transaction((tx) => tx.insert("thing", [{ id: 2, size: 7, shape: 1 }]));
  await expect(another()).rejects.toThrow();
  await db.transaction(async (tx) => {
    await dropIndex(tx, "thing", ["size"]);
    await dropIndex(tx, "thing", ["size"]);
  });
  await another();
});

test("any other failure is told", async () => {
  const db = await testDatabase("indexes");
  await expect(db.transaction((tx) => dropIndex(tx, "thing's", ["size"]))).rejects.toThrow();
});
