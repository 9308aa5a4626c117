/** A shop in which everything fits, and ways to spoil it. */
import { join } from "node:path";

import { openDatabase, sqliteUrl, type Bindable, type Database } from "../../mixins/database";
import { Buyer, type Cart, stock } from "../../test/support/buyer";
import { quiet } from "../../test/support/quiet";
import type { TestShop } from "../../test/support/shop";

/** Orders of every kind, by what became of them. */
export interface Orders {
  card: string;
  points: string;
  cash: string;
  declined: string;
  refused: string;
  cardCanceled: string;
  pointsCanceled: string;
  cashCanceled: string;
  refundRefused: string;
}

const card = (token: string): Cart["payment"] => ({ method: "CARD", token });

/** Places and cancels orders in every way that there is. Resolves when nothing is under way any more. */
export async function fill(shop: TestShop): Promise<Orders> {
  const buyer = await new Buyer(shop).charge(100_000);
  const items = [
    { productId: await stock(shop, { stock: 100 }), quantity: 2 },
    { productId: await stock(shop, { stock: 100, price: 333 }), quantity: 1 },
  ];
  const place = async (cart: Omit<Cart, "items">) => {
    const { order, error } = await buyer.place({ items, ...cart });
    return order?.id ?? error?.data?.orderId ?? "";
  };
  const cancel = async (id: string) => {
    await buyer.cancel(id);
    return id;
  };
  const all = { userCouponId: "", points: 400, payment: card("tok_ok") };
  const orders = {
    card: await place({ ...all, userCouponId: await buyer.coupon() }),
    points: await place({ points: 100, payment: { method: "POINT" } }),
    cash: await place({ payment: { method: "CASH" } }),
    declined: await place({ points: 50, payment: card("tok_declined") }),
    refused: (await buyer.place({ items: [{ ...items[0]!, quantity: 1_000 }], payment: { method: "CASH" } })).error?.data?.orderId ?? "",
    cardCanceled: await cancel(await place({ ...all, userCouponId: await buyer.coupon() })),
    pointsCanceled: await cancel(await place({ payment: { method: "POINT" } })),
    cashCanceled: await cancel(await place({ payment: { method: "CASH" } })),
    refundRefused: await cancel(await place({ payment: card("tok_refund_declined") })),
  };
  await quiet(shop);
  return orders;
}

/** Where a table is: a service, or one of the files in the data folder. */
export type Place = string;

/** A change of one table. */
export type Spoiling = [place: Place, table: string, sql: string, values?: readonly Bindable[]];

/** What is spoiled, by whom it is found, and how it is told. */
export type Case = [what: string, spoil: (orders: Orders) => Spoiling[], rules: string[], told: (orders: Orders) => RegExp | string];

const files = ["bus", "sandbox-provider"];

/** Spoils tables for as long as the work takes. */
export async function withSpoiled({ config }: TestShop, spoilings: readonly Spoiling[], work: () => Promise<void>): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const [place, table, sql, values] of spoilings) {
      const url = files.includes(place) ? sqliteUrl(join(config.dataDir, `${place}.sqlite`)) : config.databaseUrl(place);
      const db = await openDatabase({ name: place, url, migrations: [], poolSize: 1 });
      const before = await db.select<Record<string, string>>(`select * from ${table}`);
      undo.push(async () => {
        await restore(db, table, before);
        await db.close();
      });
      const changed = await db.transaction((tx) => tx.execute(sql, values));
      if (changed === 0) throw new Error(`nothing was spoiled: ${sql}`);
    }
    await work();
  } finally {
    for (const one of undo.reverse()) await one();
  }
}

async function restore(db: Database, table: string, rows: readonly Record<string, string>[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(`delete from ${table}`);
    await tx.insert(table, rows);
  });
}
