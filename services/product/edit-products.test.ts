import { DecideAgain } from "../../mixins/database";
import { deliver, recordEvents, type Told } from "../../test/support/events";
import { lostLock } from "../../test/support/lost-lock";
import { orderEvent } from "../../test/support/order-events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { editProduct } from "./edit-product";
import { Catalogue, expectRecountAgrees, newOrder } from "./product.fixture";
import { removeProduct } from "./remove-product";

let shop: TestShop;
let catalogue: Catalogue;
let told: Told[];
beforeAll(async () => {
  shop = await startShop({ only: ["product"] });
  catalogue = new Catalogue(shop);
  told = await recordEvents(shop, "commerce.product.v1");
});

const stale = { code: 412, type: "VERSION_STALE" };
const unknown = { code: 404, type: "PRODUCT_NOT_FOUND" };

/** All that was told of a product that was removed, up to that: the events of one product come in order. */
const toldOf = (id: string) =>
  waitFor(() => {
    const events = told.filter(({ key }) => key === id).map(({ type, data }) => ({ type, data }));
    return events.at(-1)?.type === "product.removed" && events;
  });

const movementsOf = (id: string) =>
  catalogue.db.select<{ delta: number; reason: string }>("select delta, reason from stock_movement where product_id = ? order by id", [id]);

/** How many calls succeeded, and the codes of the others. */
async function outcomesOf(calls: Promise<unknown>[]): Promise<{ ok: number; refused: unknown[] }> {
  const settled = await Promise.allSettled(calls);
  const refused = settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { type?: unknown }).type] : []));
  return { ok: settled.length - refused.length, refused };
}

describe("an edit", () => {
  test("I7: changes what it names and nothing else, and is told", async () => {
    const { id, ...before } = await catalogue.create(3, { name: "mug", description: "white", price: 500 });
    const after = await catalogue.edit(id, { version: 1, name: "머그컵 ☕", price: 600 });
    expect(after).toEqual({ ...before, id, name: "머그컵 ☕", price: 600, version: 2, updatedAt: after.updatedAt });
    expect(await catalogue.read(id)).toEqual(after);
    await catalogue.remove(id);
    expect(await toldOf(id)).toMatchObject([
      { type: "product.created" },
      { type: "product.changed", data: { productId: id, name: "머그컵 ☕", description: "white", price: 600 } },
      { type: "product.removed" },
    ]);
  });

  test("can empty a description", async () => {
    const { id } = await catalogue.create(0, { description: "white" });
    expect(await catalogue.edit(id, { version: 1, description: "" })).toMatchObject({ description: "", version: 2 });
  });

  test("is found by what it says now, and by nothing that it said", async () => {
    const { id } = await catalogue.create(0, { name: "Zwiebel", description: "rot" });
    await catalogue.edit(id, { version: 1, name: "Knoblauch" });
    const found = async (q: string) => (await catalogue.list({ q })).items.map((one) => one.id);
    expect([await found("KNOB"), await found("zwieb"), await found("ROT")]).toEqual([[id], [], [id]]);
  });

  test("to what it is already changes neither version nor time, and is not told", async () => {
    const before = await catalogue.create(3, { name: "same", price: 500 });
    expect(await catalogue.edit(before.id, { version: 1, name: "same", price: 500 })).toEqual(before);
    await catalogue.remove(before.id);
    expect((await toldOf(before.id)).map(({ type }) => type)).toEqual(["product.created", "product.removed"]);
  });

  test("without a version is PRECONDITION_REQUIRED", async () => {
    const { id } = await catalogue.create(3);
    for (const change of [{ price: 2, stock: 1 }, { stock: 1 }])
      await expect(catalogue.edit(id, change)).rejects.toMatchObject({ code: 428, type: "PRECONDITION_REQUIRED" });
    expect(await catalogue.read(id)).toMatchObject({ stock: 3, version: 1 });
  });

  test("of another version is VERSION_STALE and changes nothing, stock neither", async () => {
    const { id } = await catalogue.create(3);
    await catalogue.edit(id, { version: 1, name: "new" });
    for (const version of [1, 3]) {
      await expect(catalogue.edit(id, { version, name: "late", stock: 9 })).rejects.toMatchObject(stale);
      await expect(catalogue.edit(id, { version, stock: 9 })).rejects.toMatchObject(stale);
    }
    expect(await catalogue.read(id)).toMatchObject({ name: "new", stock: 3, version: 2 });
  });

  test("of nothing, and of what isn't there, is refused", async () => {
    const { id } = await catalogue.create(3);
    await expect(catalogue.edit(id, { version: 1 })).rejects.toMatchObject({ code: 422 });
    await expect(catalogue.edit("nothing", { version: 1, price: 1 })).rejects.toMatchObject(unknown);
  });
});

describe("edits that race", () => {
  test("of one version: one stands, the others are VERSION_STALE, and one is told", async () => {
    const { id } = await catalogue.create(3);
    const edits = Array.from({ length: 20 }, (_, n) => catalogue.edit(id, { version: 1, name: `racer ${n}`, price: n + 1 }));
    expect(await outcomesOf(edits)).toEqual({ ok: 1, refused: Array(19).fill("VERSION_STALE") });
    const { name, price, version } = await catalogue.read(id);
    expect([name, version]).toEqual([`racer ${price - 1}`, 2]);
    await catalogue.remove(id);
    const events = [{ type: "product.created" }, { type: "product.changed", data: { name } }, { type: "product.removed" }];
    expect(await toldOf(id)).toMatchObject(events);
  });

  test("of one version on several nodes: one stands", async () => {
    const ids = [(await catalogue.create(3)).id, (await catalogue.create(3)).id];
    const groups = Array.from({ length: 8 }, (_, n) =>
      catalogue.db.transaction((tx) =>
        editProduct.command(
          (n % 2 ? ids : ids.toReversed()).map((id) => ({ params: { id, version: 1, name: `node ${n}` }, meta: {} })),
          tx,
        ),
      ),
    );
    const outcomes = (await Promise.all(groups)).flat();
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2);
    for (const id of ids) expect(await catalogue.read(id)).toMatchObject({ version: 2 });
  });

  test("of several products at once: each gets its own", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await catalogue.create(1)).id));
    await Promise.all(ids.map((id, n) => catalogue.edit(id, { version: 1, name: `own ${n}`, price: n + 1, stock: n })));
    for (const [n, id] of ids.entries()) expect(await catalogue.read(id)).toMatchObject({ name: `own ${n}`, price: n + 1, stock: n });
  });

  test("rule 8: what somebody else has changed meanwhile is not overwritten, even when the lock is lost", async () => {
    const { id } = await catalogue.create(3, { name: "first" });
    const meanwhile = "update product set name = 'theirs', version = version + 1 where id = ?";
    const edit = catalogue.db.transaction((tx) =>
      editProduct.command([{ params: { id, version: 1, name: "mine" }, meta: {} }], lostLock(tx, meanwhile, [id])),
    );
    await expect(edit).rejects.toThrow(DecideAgain);
    const removal = catalogue.db.transaction((tx) => removeProduct.command([{ params: { id }, meta: {} }], lostLock(tx, meanwhile, [id])));
    await expect(removal).rejects.toThrow(DecideAgain);
    expect(await catalogue.read(id)).toMatchObject({ name: "first", version: 1 });
  });
});

describe("stock that is set", () => {
  test("I8: is a movement of the difference; to what it is already it is none", async () => {
    const { id } = await catalogue.create(5);
    const orderId = newOrder();
    await catalogue.reserve(orderId, [{ productId: id, quantity: 2 }]);
    expect(await catalogue.edit(id, { stock: 10, version: 1 })).toMatchObject({ stock: 10, version: 1 });
    expect(await catalogue.edit(id, { stock: 10, version: 1 })).toMatchObject({ stock: 10 });
    expect(await catalogue.edit(id, { stock: 0, version: 1, price: 7 })).toMatchObject({ stock: 0, price: 7, version: 2 });
    expect(await movementsOf(id)).toEqual([
      { delta: 5, reason: "first stock" },
      { delta: 7, reason: "set by edit" },
      { delta: -10, reason: "set by edit" },
    ]);
    await catalogue.release(orderId);
    expect(await catalogue.read(id)).toMatchObject({ stock: 2 });
    await expectRecountAgrees(catalogue, id);
  });

  test("I8: races with reservations, returns and other movements, and every count is right", async () => {
    const { id } = await catalogue.create(20);
    const orders = Array.from({ length: 60 }, newOrder);
    await Promise.all(
      orders.map(async (orderId, n) => {
        if (n % 6 === 0) await catalogue.edit(id, { stock: n % 12, version: 1 });
        await catalogue.reserve(orderId, [{ productId: id, quantity: 1 + (n % 3) }]);
        if (n % 4 === 0) await catalogue.release(orderId);
        if (n % 5 === 0) await catalogue.adjust(id, 1);
      }),
    );
    expect((await catalogue.read(id)).stock).toBeGreaterThanOrEqual(0);
    await expectRecountAgrees(catalogue, id);
  });
});

describe("a product that was removed", () => {
  test("is nowhere to be had, and is told once (I7)", async () => {
    const { id } = await catalogue.create(5, { name: "gone" });
    await catalogue.remove(id, 1);
    await expect(catalogue.read(id)).rejects.toMatchObject(unknown);
    await expect(catalogue.edit(id, { version: 1, price: 1 })).rejects.toMatchObject(unknown);
    await expect(catalogue.edit(id, { stock: 1 })).rejects.toMatchObject(unknown);
    await expect(catalogue.adjust(id, 1)).rejects.toMatchObject(unknown);
    await expect(catalogue.remove(id)).rejects.toMatchObject(unknown);
    expect(await catalogue.quote({ productIds: [id] })).toMatchObject([{ ok: false, type: "PRODUCT_NOT_FOUND", data: { productId: id } }]);
    expect(await catalogue.reserve(newOrder(), [{ productId: id, quantity: 1 }])).toMatchObject({ type: "PRODUCT_OUT_OF_STOCK" });
    for (const params of [{ q: "gone" }, { sort: "price" }, {}]) {
      expect((await catalogue.list({ limit: 100, ...params })).items.map((one) => one.id)).not.toContain(id);
    }
    expect((await toldOf(id)).map(({ type }) => type)).toEqual(["product.created", "product.removed"]);
  });

  test("must be of the version that is named", async () => {
    const { id } = await catalogue.create(5);
    await catalogue.edit(id, { version: 1, price: 2 });
    await expect(catalogue.remove(id, 1)).rejects.toMatchObject(stale);
    expect(await catalogue.read(id)).toMatchObject({ version: 2 });
    await catalogue.remove(id, 2);
    await expect(catalogue.remove(id, 2)).rejects.toMatchObject(unknown);
  });

  test("is removed once, whoever races: other removals don't find it", async () => {
    const { id } = await catalogue.create(5);
    const removals = await outcomesOf(Array.from({ length: 10 }, () => catalogue.remove(id)));
    expect(removals).toEqual({ ok: 1, refused: Array(9).fill("PRODUCT_NOT_FOUND") });
    const { id: another } = await catalogue.create(5);
    const call = { params: { id: another }, meta: {} };
    expect(await catalogue.db.transaction((tx) => removeProduct.command([call, call], tx))).toMatchObject([{ ok: true }, { ok: false }]);
  });

  test("I8: keeps what orders have of it: it is given back, put back and counted as sold all the same", async () => {
    const { id } = await catalogue.create(10);
    const [undone, kept, canceled] = [newOrder(), newOrder(), newOrder()];
    for (const orderId of [undone, kept, canceled]) await catalogue.reserve(orderId, [{ productId: id, quantity: 2 }]);
    await catalogue.remove(id);
    await catalogue.release(undone);
    await deliver(shop, ...[kept, canceled].map((orderId) => orderEvent("completed", { orderId, sold: { [id]: 2 } })));
    await waitFor(async () => (await catalogue.stateOf(kept)) === 2 && (await catalogue.stateOf(canceled)) === 2);
    expect(await catalogue.restock(canceled)).toMatchObject({ ok: true });
    const [row] = await catalogue.db.select("select stock, sales_count from product where id = ?", [id]);
    expect(row).toEqual({ stock: 8, sales_count: 4 });
    await expectRecountAgrees(catalogue, id);
  });
});
