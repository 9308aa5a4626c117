import fc from "fast-check";

import { Shelf, totalsOf } from "./product";

describe("Shelf", () => {
  test("I8: an order gets all of its lines or none", () => {
    const shelf = new Shelf(new Map([["p1", 5], ["p2", 1]])); // prettier-ignore
    const refusal = shelf.reserve([{ productId: "p1", quantity: 2 }, { productId: "p2", quantity: 2 }]); // prettier-ignore
    expect(refusal).toMatchObject({ ok: false, type: "PRODUCT_OUT_OF_STOCK", data: { productId: "p2", left: 1, asked: 2 } });
    expect(shelf.changes).toEqual(new Map());
    expect(shelf.reserve([{ productId: "p1", quantity: 5 }, { productId: "p2", quantity: 1 }]).ok).toBe(true); // prettier-ignore
    expect(shelf.changes).toEqual(new Map([["p1", -5], ["p2", -1]])); // prettier-ignore
  });

  test("an unknown product refuses the whole call", () => {
    const shelf = new Shelf(new Map([["p1", 5]]));
    expect(shelf.reserve([{ productId: "p1", quantity: 1 }, { productId: "p9", quantity: 1 }])).toMatchObject({ type: "PRODUCT_OUT_OF_STOCK" }); // prettier-ignore
    expect(shelf.adjust("p9", 1)).toMatchObject({ type: "PRODUCT_NOT_FOUND", data: { productId: "p9" } });
    expect(shelf.changes).toEqual(new Map());
  });

  test("I8: stock goes down to zero by hand, and not below", () => {
    const shelf = new Shelf(new Map([["p1", 5]]));
    expect(shelf.adjust("p1", -6)).toMatchObject({ type: "PRODUCT_OUT_OF_STOCK", data: { productId: "p1", left: 5, asked: 6 } });
    expect(shelf.adjust("p1", -5)).toEqual({ ok: true, result: { stock: 0 } });
    expect(shelf.adjust("p1", 3)).toEqual({ ok: true, result: { stock: 3 } });
    expect(shelf.changes).toEqual(new Map([["p1", -2]]));
  });

  test("I8: whatever is asked in whatever order, what was granted fits into the stock", () => {
    const quantity = fc.integer({ min: 1, max: 9 });
    const lines = fc.uniqueArray(fc.record({ productId: fc.constantFrom("p1", "p2", "p3"), quantity }), {
      minLength: 1,
      selector: (line) => line.productId,
    });
    fc.assert(
      fc.property(fc.nat(20), fc.array(lines), (first, orders) => {
        const shelf = new Shelf(new Map(["p1", "p2", "p3"].map((id) => [id, first])));
        const granted = orders.filter((order) => shelf.reserve(order).ok);
        const totals = totalsOf(granted.flat());
        for (const total of totals.values()) expect(total).toBeLessThanOrEqual(first);
        expect(shelf.changes).toEqual(new Map([...totals].map(([id, total]) => [id, -total])));
      }),
    );
  });
});
