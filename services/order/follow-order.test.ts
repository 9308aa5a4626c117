import { Buyer, type Cart, staff, stock } from "../../test/support/buyer";
import { Faults, Hold } from "../../test/support/faults";
import { startShop, type TestShop } from "../../test/support/shop";
import { domainServices } from "..";
import { changesAfter } from "./follow-order";
import type { Order, OrderStatus } from "./order";

const all: Order["history"] = (["PENDING", "COMPLETED", "CANCELING", "COMPLETED", "CANCELING", "CANCELED"] as const).map((status, at) => ({
  status,
  at,
}));
const told = (answer: ReturnType<typeof changesAfter>) => answer.events.map(({ id, data }) => `${id} ${data.status}`);

describe("what is told of a history", () => {
  test("is its last entry for who has seen nothing", () => {
    expect(changesAfter(all.slice(0, 1))).toEqual({
      events: [{ id: "1", event: "status", data: { status: "PENDING", at: "1970-01-01T00:00:00.000Z" } }],
      final: false,
    });
    expect(told(changesAfter(all))).toEqual(["6 CANCELED"]);
  });

  test.each([
    [0, ["1 PENDING", "2 COMPLETED", "3 CANCELING"]],
    [1, ["2 COMPLETED", "3 CANCELING"]],
    [2, ["3 CANCELING"]],
    [3, []],
  ])("is all that came after the %ith entry", (after, expected) => {
    const answer = changesAfter(all.slice(0, 3), after);
    expect(told(answer)).toEqual(expected);
    expect(answer.final).toBe(false);
  });

  test.each<[OrderStatus, number, boolean]>([
    ["PENDING", 1, false],
    ["COMPLETED", 2, true],
    ["CANCELING", 3, false],
    ["COMPLETED", 4, true],
    ["CANCELED", 6, true],
  ])("%s as entry %i: final is %s", (_status, length, final) => {
    expect(changesAfter(all.slice(0, length)).final).toBe(final);
  });

  test("FAILED is final", () => {
    expect(changesAfter([all[0]!, { status: "FAILED", at: 1 }], 1)).toMatchObject({ events: [{ id: "2" }], final: true });
  });

  test.each([6, 7, 1_000_000])("is nothing more for who has seen all of a final one (%i)", (after) => {
    expect(changesAfter(all, after)).toEqual({ events: [], final: true });
  });

  test("is the last entry again for who names one that never was", () => {
    expect(told(changesAfter(all.slice(0, 3), 4))).toEqual(["3 CANCELING"]);
  });
});

describe("following an order", () => {
  const faults = new Faults();
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startShop({ only: Object.keys(domainServices), env: { ORDER_WAIT_MS: "50" }, middlewares: [faults.middleware] });
  });

  const changes = (id: string, buyer: { id: string }, after?: number, meta: object = {}) =>
    shop.broker.call<ReturnType<typeof changesAfter>, object>("order.changes", { id, userId: buyer.id, after }, { meta, timeout: 5_000 });

  async function pending() {
    const buyer = new Buyer(shop);
    const hold = new Hold();
    faults.next("payment.process", hold.before);
    const cart: Cart = { items: [{ productId: await stock(shop), quantity: 1 }], payment: { method: "CASH" } };
    const { order } = await buyer.place(cart);
    return { buyer, id: order!.id, hold };
  }

  test("an answer waits for what comes next, for everybody who waits, and is final with it", async () => {
    const { buyer, id, hold } = await pending();
    const first = await changes(id, buyer);
    expect([told(first), first.final]).toEqual([["1 PENDING"], false]);
    const waiting = Array.from({ length: 20 }, () => changes(id, buyer, 1));
    hold.release();
    for (const answer of await Promise.all(waiting)) expect([told(answer), answer.final]).toEqual([["2 COMPLETED"], true]);
    expect(await changes(id, buyer, 2)).toEqual({ events: [], final: true });
    expect(told(await changes(id, buyer))).toEqual(["2 COMPLETED"]);
  });

  test("when nothing comes it answers that nothing came", async () => {
    const { buyer, id, hold } = await pending();
    expect(await changes(id, buyer, 1)).toEqual({ events: [], final: false });
    hold.release();
    await buyer.reaches(id, "COMPLETED");
  });

  test("somebody else's order is unknown; staff may follow every one", async () => {
    const { buyer, id, hold } = await pending();
    await expect(changes(id, new Buyer(shop))).rejects.toMatchObject({ code: 404, type: "ORDER_NOT_FOUND" });
    await expect(changes("nobody's", buyer)).rejects.toMatchObject({ code: 404, type: "ORDER_NOT_FOUND" });
    expect(told(await changes(id, staff.caller, undefined, staff))).toEqual(["1 PENDING"]);
    hold.release();
    await buyer.reaches(id, "COMPLETED");
  });
});
