import { addColumn, createIndex, type Migration, type Tx } from "../../../mixins/database";
import { perRow } from "../../../lib/sql";
import { searchTextOf } from "../product";

/** `removed_at`: when the product left the catalogue, ms since the epoch. `search_text`: what `q` is looked for in. The indexes are the list's orders. */
export const edits: Migration = {
  name: "0002-edits",
  async up(tx) {
    await addColumn(tx, "product", "removed_at", "bigint");
    await addColumn(tx, "product", "search_text", "text");
    for (const column of ["name", "price", "sales_count"]) await createIndex(tx, "product", [column, "id"]);
    await fillSearchText(tx);
  },
};

const step = 500;

async function fillSearchText(tx: Tx): Promise<void> {
  for (let last = ""; ;) {
    const rows = await tx.select<{ id: string; name: string; description: string }>(
      "select id, name, description from product where id > ? and search_text is null order by id limit ?",
      [last, step],
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return;
    const text = perRow("id", new Map(rows.map((row) => [row.id, searchTextOf(row)])));
    await tx.execute(`update product set search_text = ${text.sql} where id in (?)`, [...text.values, ids]);
    last = ids.at(-1) ?? last;
  }
}
