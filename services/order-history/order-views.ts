/** The statements on `order_view`; no other file knows the table. */
import { codes } from "../../lib/codes";
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { conditions } from "../../lib/sql";
import { DecideAgain, isDuplicateKey, type Reader, type Tx, type Value } from "../../mixins/database";
import { type Heralded, isWhole, type OrderStatus, type OrderView } from "./order-view";
import { writeProducts } from "./order-products";
import { shownIn, type ViewRow } from "./view-row";

/** `order_view.status`. */
const statuses = codes<OrderStatus>({ PENDING: 1, COMPLETED: 2, FAILED: 3, CANCELING: 4, CANCELED: 5 });

/** One order as it is known here. */
export interface Known {
  userId: string;
  order: OrderView | Heralded;
  /** When the newest of its events happened, ms since the epoch. */
  heardAt: number;
}

/** What is known of these orders, by id; nobody else changes it until the transaction ends. */
export async function lockKnown(tx: Tx, ids: readonly string[]): Promise<Map<string, Known>> {
  const rows = await tx.select<ViewRow>(`select * from order_view where id in (?) order by id ${tx.dialect.forUpdate}`, [ids.toSorted()]);
  return new Map(
    rows.map(({ id, user_id, document, heard_at }) => [
      id,
      { userId: user_id, order: JSON.parse(document) as OrderView | Heralded, heardAt: heard_at },
    ]),
  );
}

/** Writes orders that were not known. Of two consumers that meet an order at once, one through its payment, the later looks again. */
export async function insertKnown(tx: Tx, known: readonly Known[]): Promise<void> {
  const rows = rowsOf(known);
  try {
    await tx.insert("order_view", rows);
  } catch (error) {
    throw isDuplicateKey(error) ? new DecideAgain("an order became known through another of its events meanwhile", error) : error;
  }
  writeProducts(tx, rows);
}

/** Writes orders that are locked. */
export async function replaceKnown(tx: Tx, known: readonly Known[]): Promise<void> {
  if (known.length === 0) return;
  const columns = ["status", "created_at", "document", "heard_at"];
  const set = columns.map((column) => `${column} = ${tx.dialect.excluded(column)}`).join(", ");
  const rows = rowsOf(known);
  await tx.execute(
    `insert into order_view (id, user_id, status, created_at, document, heard_at) values ? ${tx.dialect.upsert(["id"], set)}`,
    [rows.map((row): Value[] => Object.values(row))],
  );
  writeProducts(tx, rows);
}

function rowsOf(known: readonly Known[]): ViewRow[] {
  return known.map(rowOf).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function rowOf({ userId, order, heardAt }: Known): ViewRow {
  return {
    id: order.id,
    user_id: userId,
    status: isWhole(order) ? statuses.code(order.status) : null,
    created_at: isWhole(order) ? Date.parse(order.createdAt) : null,
    document: JSON.stringify(order),
    heard_at: heardAt,
  };
}

/** Whose orders, and which of them; times in ms since the epoch, `from` ≤ createdAt < `to`. */
export interface Filter {
  userId?: string;
  /** Those that hold this product. */
  productId?: string;
  status?: OrderStatus;
  from?: number;
  to?: number;
}

/** Newest first. */
export async function listViews(db: Reader, filter: Filter, page: PageParams): Promise<Page<OrderView>> {
  const { userId, productId, status, from, to } = filter;
  const { items, nextCursor } = await readNewest<Pick<ViewRow, "id" | "document"> & { created_at: number }>(
    db,
    {
      name: "order-history.list",
      choice: filter,
      select: productId === undefined ? fromViews : fromProducts,
      ...conditions(
        "created_at is not null", // an order without a time is one of which only the payment has been heard of
        ["user_id = ?", userId],
        ["product_id = ?", productId],
        ["status = ?", status && statuses.code(status)],
        ["created_at >= ?", from],
        ["created_at < ?", to],
      ),
      time: { column: "created_at", of: (row) => row.created_at },
    },
    page,
  );
  return { items: items.map(shownIn), nextCursor };
}

const fromViews = "select id, created_at, document from order_view";
/** Which orders are shown an index tells; their documents are looked up when that is known. */
const fromProducts =
  "select id, created_at, (select v.document from order_view v where v.id = order_view_product.id) as document from order_view_product";

/** When the newest event that is held happened, ms since the epoch. */
export async function newestHeard(db: Reader): Promise<number | undefined> {
  const [newest] = await db.select<{ at: number | null }>("select max(heard_at) as at from order_view");
  return newest?.at ?? undefined;
}
