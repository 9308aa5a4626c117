import { randomUUID } from "node:crypto";

import { orderView } from "../../services/order/order.contract";
import { productView } from "../../services/product/product.contract";
import { userCouponView } from "../../services/coupon/coupon.contract";
import { testDialect } from "../../test/support/database";
import { aMonolith, chime, cup, one, rarity, vase } from "./monolith.fixture";
import { recount } from "./oracle";

const eight = [0, 1, 2, 3, 4, 5, 6, 7];

const onServer = testDialect === "mysql" ? describe : describe.skip;

onServer.each(["statements", "packet"] as const)("the baseline, writing %s", (writes) => {
  let shop: Awaited<ReturnType<typeof aMonolith>>;
  beforeAll(async () => {
    shop = await aMonolith(writes);
  });
  afterAll(async () => expect((await recount(shop.database)).violations).toEqual([]));

  test("an order is COMPLETED, has taken its stock, and can be read by its customer alone", async () => {
    const before = Number(await shop.stockOf(cup));
    const { status, body, headers } = await shop.order(one(cup, 2));
    expect(status).toBe(201);
    expect(orderView.parse(body)).toMatchObject({
      status: "COMPLETED",
      items: [{ productId: "cup", name: cup.name, unitPrice: 18_000, quantity: 2, lineTotal: 36_000 }],
      amounts: { subtotal: 36_000, discount: 0, pointsUsed: 0, paid: 36_000, currency: "KRW" },
      payment: { method: "CASH", status: "APPROVED" },
      history: [{ status: "PENDING" }, { status: "COMPLETED" }],
    });
    expect(headers.get("location")).toBe(`/api/v1/orders/${String(body.id)}`);
    expect(await shop.stockOf(cup)).toBe(before - 2);
    expect((await shop.ask("GET", `/api/v1/orders/${String(body.id)}`)).body).toEqual(body);
    const stranger = await shop.ask("GET", `/api/v1/orders/${String(body.id)}`, { user: "bob" });
    expect(stranger).toMatchObject({ status: 404, body: { code: "ORDER_NOT_FOUND" } });
    expect(productView.parse((await shop.ask("GET", "/api/v1/products/cup")).body)).toMatchObject({ name: cup.name, price: 18_000 });
  });

  test("several lines, a coupon and points: all of them are taken, once", async () => {
    const coupon = await shop.issue("ten-percent", "rich");
    expect(coupon.status).toBe(201);
    const { id } = userCouponView.parse(coupon.body);
    const items = [cup, chime, cup].map((product) => ({ productId: product.id, quantity: 1 }));
    const wanted = { items, userCouponId: id, points: 8_400, payment: { method: "POINT" } };
    const first = await shop.order(wanted, { user: "rich" });
    expect(first.body).toMatchObject({
      amounts: { subtotal: 76_000, discount: 7_600, pointsUsed: 8_400, paid: 60_000 },
      items: [{ quantity: 2 }, { quantity: 1 }],
    });
    const again = await shop.order(wanted, { user: "rich" });
    expect(again).toMatchObject({ status: 409, body: { code: "COUPON_NOT_USABLE", orderId: expect.any(String) } });
    const poor = await shop.order({ items, points: 40_000, payment: { method: "CASH" } }, { user: "rich" });
    expect(poor).toMatchObject({ status: 402, body: { code: "POINT_INSUFFICIENT", orderId: expect.any(String) } });
  });

  test.each([
    ["a coupon", 409, "user_coupon where user_id = 'both'", { user: "both", points: 0 }],
    ["points", 402, "point where user_id = 'saver'", { user: "saver", points: 15_000 }],
  ])("I8: %s that many orders want at once, one gets", async (_what, status, row, { user, points }) => {
    const { body } = await shop.issue("ten-percent", user);
    const wanted = { ...one(cup), ...(points === 0 && { userCouponId: body.id }), points };
    const answers = await shop.whileHeld(row, 2, () => Promise.all(eight.map(() => shop.order(wanted, { user }))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(status)]);
  });

  test("I8: of what everybody wants at once exactly as many are sold as there are", async () => {
    const answers = await shop.whileHeld("product where id = 'rarity'", 3, () =>
      Promise.all(eight.map((n) => shop.order(one(rarity), { user: `buyer-${n}` }))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(["PRODUCT_OUT_OF_STOCK"]));
    expect(await shop.stockOf(rarity)).toBe(0);
  });

  test("a refusal is remembered, and shown as a FAILED order", async () => {
    const key = randomUUID();
    const refused = await shop.order(one(cup, 1_000_000), { key });
    expect(refused).toMatchObject({ status: 409, body: { code: "PRODUCT_OUT_OF_STOCK", orderId: expect.any(String) } });
    expect(refused.headers.get("idempotent-replayed")).toBeNull();
    const again = await shop.order(one(cup, 1_000_000), { key });
    expect({ ...again.body, requestId: "" }).toEqual({ ...refused.body, requestId: "" });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const order = await shop.ask("GET", `/api/v1/orders/${String(refused.body.orderId)}`);
    expect(order.body).toMatchObject({ status: "FAILED", failure: { code: "PRODUCT_OUT_OF_STOCK" } });
  });

  test("a key is an order once, also when it comes many times at once", async () => {
    const key = randomUUID();
    const before = Number(await shop.stockOf(chime));
    const answers = await shop.whileHeld("product where id = 'chime'", 2, () =>
      Promise.all(eight.map(() => shop.order(one(chime), { key }))),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body.id)}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(7);
    expect(await shop.stockOf(chime)).toBe(before - 1);
    expect(await shop.order(one(chime, 2), { key })).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
    const unknown = await shop.order(one({ id: "nothing" }), { key });
    expect(unknown).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
    expect(await shop.order(one(chime), { key, user: "somebody-else" })).toMatchObject({ status: 201 });
  });

  test("a key that comes many times at once for what has just been sold is refused the same way each time", async () => {
    const gone = ["update product set stock = 0 where id = 'vase'", "insert into stock_movement values ('vase', 'elsewhere', -5, '', 0)"];
    const key = randomUUID(); // whoever waits for another's key is a deadlock's victim when that one is rolled back
    const work = () => Promise.all(eight.map(() => shop.order(one(vase), { key })));
    const answers = await shop.whileHeld("product where id = 'vase'", 4, work, gone);
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body.code)} ${String(body.orderId)}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 409, body: { code: "PRODUCT_OUT_OF_STOCK" } });
  });

  test.each([
    ["no key", 400, "IDEMPOTENCY_KEY_REQUIRED", one(cup), ""],
    ["a key that can't be used", 400, "BAD_REQUEST", one(cup), "a".repeat(256)],
    ["a body that isn't JSON", 400, "BAD_REQUEST", "{", undefined],
    ["a body that isn't an object", 422, "VALIDATION_FAILED", [], undefined],
    ["a body that is too large", 413, "BODY_TOO_LARGE", `"${"a".repeat(200_000)}"`, undefined],
    ["a quantity below one", 422, "VALIDATION_FAILED", one(cup, 0), undefined],
    ["an unknown field", 422, "VALIDATION_FAILED", { ...one(cup), price: 1 }, undefined],
    ["somebody else's name", 422, "VALIDATION_FAILED", { ...one(cup), userId: "rich" }, undefined],
    ["more points than is left to pay", 422, "VALIDATION_FAILED", { ...one(cup), points: 18_001 }, undefined],
    ["a card", 422, "VALIDATION_FAILED", { ...one(cup), payment: { method: "CARD", token: "tok_ok" } }, undefined],
    ["an unknown product", 404, "PRODUCT_NOT_FOUND", one({ id: "nothing" }), undefined],
    ["an unknown coupon", 404, "USER_COUPON_NOT_FOUND", { ...one(cup), userCouponId: "nothing" }, undefined],
  ])("%s is %i", async (_what, status, code, body, key) => {
    expect(await shop.order(body, { key })).toMatchObject({ status, body: { code, status } });
  });

  test("who isn't signed in, and paths that aren't there", async () => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID(), Authorization: "Bearer forged" };
    const forged = await fetch(`${shop.url}/api/v1/orders`, { method: "POST", headers, body: JSON.stringify(one(cup)) });
    expect(forged.status).toBe(401);
    expect((await fetch(`${shop.url}/api/v1/orders/1`)).status).toBe(401);
    expect((await fetch(`${shop.url}/nothing`)).status).toBe(404);
  });

  test("I8: a coupon is issued once to a customer, and never more often than there are", async () => {
    const customers = eight.map((n) => `customer-${n % 5}`);
    const answers = await shop.whileHeld("coupon where id = 'few'", 4, () => Promise.all(customers.map((user) => shop.issue("few", user))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ status }) => ![201, 409, 410].includes(status))).toEqual([]);
    const holder = String(customers[answers.findIndex(({ status }) => status === 201)]);
    expect(await shop.issue("few", holder)).toMatchObject({ status: 409, body: { code: "COUPON_ALREADY_ISSUED" } });
    expect(await shop.issue("few", "late")).toMatchObject({ status: 410, body: { code: "COUPON_SOLD_OUT" } });
    expect(await shop.issue("over")).toMatchObject({ status: 422, body: { code: "COUPON_NOT_OPEN" } });
    expect(await shop.issue("nothing")).toMatchObject({ status: 404, body: { code: "COUPON_NOT_FOUND" } });
  });

  test("w5 writes its first and its last row", async () => {
    const { status, body } = await shop.ask("POST", "/w5");
    expect(status).toBe(201);
    expect(await shop.sql("select id from w5 where state = 2 and ended_at >= created_at")).toEqual([{ id: body.id }]);
  });
});
