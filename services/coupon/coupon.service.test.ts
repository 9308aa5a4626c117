import { DecideAgain } from "../../mixins/database";
import { testDialect } from "../../test/support/database";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { type Coupon, counted, Coupons, hour, inHours, name, type UserCoupon } from "./coupon.fixture";
import { issueCoupon } from "./issue-coupon";

let shop: TestShop;
let coupons: Coupons;
beforeAll(async () => {
  shop = await startShop({ only: ["coupon"] });
  coupons = new Coupons(shop);
});

/** I8: quantity = remaining + issued. */
async function expectRecountAgrees(couponId: string): Promise<void> {
  const [row] = await coupons.db.select(
    "select quantity - remaining as gone, (select count(*) from user_coupon where coupon_id = coupon.id) as held from coupon where id = ?",
    [couponId],
  );
  const { gone, held } = row as { gone: number; held: number };
  expect(gone).toBe(held);
}

describe("issue", () => {
  test("I8: 200 customers race for 50 coupons: exactly 50 are issued, the others are told COUPON_SOLD_OUT", async () => {
    const { id } = await coupons.create({ quantity: 50 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => coupons.tryIssue(id, name("user"))));
    expect(counted(answers)).toEqual({ issued: 50, COUPON_SOLD_OUT: 150 });
    await expectRecountAgrees(id);
    const listed = await coupons.pages<Coupon>("coupon.list", {});
    expect(listed.find((one) => one.id === id)).toMatchObject({ remaining: 0 });
  });

  test("I8: nodes that issue one coupon at once hand out no more than there are, and one to each", async () => {
    const { id } = await coupons.create({ quantity: 5 });
    const userIds = Array.from({ length: 6 }, () => name("user"));
    const answers = await Promise.all(
      [...userIds, ...userIds].map((userId) =>
        coupons.db.transaction((tx) => issueCoupon.command([{ params: { id, userId }, meta: {} }], tx)),
      ),
    );
    expect(answers.flat().filter(({ ok }) => ok)).toHaveLength(5);
    await expectRecountAgrees(id);
  });

  test("I8: one customer who asks 20 times at once gets one", async () => {
    const { id } = await coupons.create();
    const userId = name("user");
    const answers = await Promise.all(Array.from({ length: 20 }, () => coupons.tryIssue(id, userId)));
    expect(counted(answers)).toEqual({ issued: 1, COUPON_ALREADY_ISSUED: 19 });
    expect(await coupons.tryIssue(id, userId)).toBe("COUPON_ALREADY_ISSUED");
    await expectRecountAgrees(id);
  });

  test("I8: several coupons in one group keep their own counts", async () => {
    const [first, second] = [await coupons.create({ quantity: 3 }), await coupons.create({ quantity: 7 })];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => coupons.tryIssue(n % 2 ? first.id : second.id, name("user"))));
    expect(counted(answers)).toEqual({ issued: 10, COUPON_SOLD_OUT: 10 });
    await expectRecountAgrees(first.id);
    await expectRecountAgrees(second.id);
  });

  test("who comes after the sell-out is refused, and waits for nobody who holds the coupon's row", async () => {
    const { id } = await coupons.create({ quantity: 1 });
    const winner = name("user");
    expect(issueCoupon.hotRows?.({ id, userId: winner })).toEqual([id]);
    expect(await coupons.tryIssue(id, winner)).toBe("issued");
    expect(issueCoupon.hotRows?.({ id, userId: winner })).toEqual([]);

    const ask = () => Promise.all([coupons.tryIssue(id, name("user")), coupons.tryIssue(id, winner)]);
    const refused = ["COUPON_SOLD_OUT", "COUPON_ALREADY_ISSUED"];
    if (testDialect === "sqlite") return expect(await ask()).toEqual(refused); // one writer at a time: there are no rows to hold
    const answers = await coupons.db.transaction(async (tx) => {
      await tx.select("select id from coupon where id = ? for update", [id]);
      return ask();
    });
    expect(answers).toEqual(refused);
  });

  test("a coupon of which there is more again is issued again", async () => {
    const { id } = await coupons.create({ quantity: 1 });
    expect(await coupons.tryIssue(id, name("user"))).toBe("issued");
    await coupons.db.transaction((tx) => tx.execute("update coupon set quantity = 2, remaining = 1 where id = ?", [id]));
    expect(await coupons.tryIssue(id, name("user"))).toBe("issued");
    expect(await coupons.tryIssue(id, name("user"))).toBe("COUPON_SOLD_OUT");
  });

  test("before its start and after its end it is COUPON_NOT_OPEN; an unknown one is COUPON_NOT_FOUND", async () => {
    const early = await coupons.create({ startsAt: inHours(1), endsAt: inHours(2) });
    const late = await coupons.create({ startsAt: inHours(-2), endsAt: inHours(-1) });
    const answers = await Promise.all([early.id, late.id, "nothing"].map((id) => coupons.tryIssue(id, name("user"))));
    expect(answers).toEqual(["COUPON_NOT_OPEN", "COUPON_NOT_OPEN", "COUPON_NOT_FOUND"]);
  });

  test("can be used for validDays from the issue on, without them until the coupon's end", async () => {
    const endsAt = inHours(1);
    const short = await coupons.issue((await coupons.create({ endsAt })).id, name("user"));
    expect(short.expiresAt).toBe(endsAt);
    const long = await coupons.issue((await coupons.create({ endsAt, validDays: 30 })).id, name("user"));
    expect(Date.parse(long.expiresAt) - Date.parse(long.issuedAt)).toBe(30 * 24 * hour);
  });

  test("I8, rule 8: one that is gone after its lock was lost is not issued", async () => {
    const { id } = await coupons.create();
    const userId = name("user");
    const calls = [{ params: { id, userId }, meta: {} }];
    const issuing = coupons.db.transaction((tx) => issueCoupon.command(calls, lostLock(tx, "delete from coupon where id = ?", [id])));
    await expect(issuing).rejects.toThrow(DecideAgain);
    expect(await coupons.mine(userId)).toEqual([]);
  });
});

describe("create", () => {
  test("maxDiscount is for PERCENT only", async () => {
    expect(await coupons.create({ discountType: "PERCENT", discountValue: 10, maxDiscount: 500 })).toMatchObject({ maxDiscount: 500 });
  });

  test.each([
    ["maxDiscount", { discountType: "AMOUNT", maxDiscount: 500 }],
    ["discountValue", { discountType: "PERCENT", discountValue: 101 }],
    ["discountValue", { discountValue: 0 }],
    ["discountValue", { discountValue: 1.5 }],
    ["discountValue", { discountValue: 2 ** 53 }],
    ["maxDiscount", { discountType: "PERCENT", discountValue: 10, maxDiscount: 0 }],
    ["minOrderAmount", { minOrderAmount: -1 }],
    ["quantity", { quantity: 0 }],
    ["validDays", { validDays: 0 }],
    ["endsAt", { startsAt: "2030-01-01T00:00:00Z", endsAt: "2030-01-01T00:00:00Z" }],
    ["endsAt", { endsAt: "2030-01-01T00:00:00+09:00" }],
    ["endsAt", { endsAt: "2030-02-30T00:00:00Z" }],
    ["endsAt", { endsAt: "+010000-01-01T00:00:00Z" }],
  ])("%s is refused in %j", async (path, terms) => {
    await expect(coupons.create(terms)).rejects.toMatchObject({ code: 422, type: "VALIDATION_FAILED", data: { errors: [{ path }] } });
  });

  test("takes the largest terms that can be said, and deals in them exactly", async () => {
    const terms = {
      discountValue: Number.MAX_SAFE_INTEGER,
      minOrderAmount: Number.MAX_SAFE_INTEGER,
      quantity: 1_000_000_000,
      startsAt: "0000-01-01T00:00:00.000Z",
      endsAt: "9999-12-31T23:59:59.999Z",
    };
    const offered = await coupons.create(terms);
    expect(offered).toMatchObject({ ...terms, remaining: terms.quantity });
    const userId = name("user");
    const issued = await coupons.issue(offered.id, userId);
    expect(issued).toMatchObject({ expiresAt: terms.endsAt });
    const most = { subtotal: Number.MAX_SAFE_INTEGER, discount: Number.MAX_SAFE_INTEGER };
    expect(await coupons.use({ userId, userCouponId: issued.id, orderId: name("order"), ...most })).toMatchObject({ ok: true });
  });

  test("a quantity of one is for one customer", async () => {
    const { id } = await coupons.create({ quantity: 1 });
    expect([await coupons.tryIssue(id, name("user")), await coupons.tryIssue(id, name("user"))]).toEqual(["issued", "COUPON_SOLD_OUT"]);
  });

  test("what was left out is not told; a minimum of 0 is", async () => {
    const bare = await coupons.create();
    for (const field of ["maxDiscount", "minOrderAmount"]) expect(bare).not.toHaveProperty(field);
    expect(await coupons.create({ minOrderAmount: 0 })).toMatchObject({ minOrderAmount: 0 });
  });
});

describe("lists", () => {
  test("those not ended, the newest first, page by page", async () => {
    const ids = [
      (await coupons.create()).id,
      (await coupons.create({ startsAt: inHours(1), endsAt: inHours(2) })).id,
      (await coupons.create()).id,
    ];
    const ended = await coupons.create({ startsAt: inHours(-2), endsAt: inHours(-1) });
    const seen = (await coupons.pages<Coupon>("coupon.list", {}, 2)).map(({ id }) => id);
    expect(seen.slice(0, 3)).toEqual(ids.toReversed());
    expect(seen).not.toContain(ended.id);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("mine are mine alone, the newest first", async () => {
    const userId = name("user");
    const ids = [];
    for (const _ of [1, 2, 3]) ids.push((await coupons.issue((await coupons.create()).id, userId)).id);
    await coupons.issue((await coupons.create()).id, name("user"));
    expect((await coupons.mine(userId)).map(({ id }) => id)).toEqual(ids.toReversed());
  });

  test("mine by status, page by page: each has its own coupons and no other's", async () => {
    const userId = name("user");
    const held = [];
    for (const _ of [1, 2, 3, 4, 5, 6, 7]) held.push((await coupons.issue((await coupons.create()).id, userId)).id);
    const [usedFirst, usedLater, expired] = [held[1]!, held[4]!, held[2]!];
    for (const userCouponId of [usedFirst, usedLater])
      await coupons.use({ userId, userCouponId, orderId: name("order"), subtotal: 5000, discount: 1000 });
    await coupons.db.transaction((tx) =>
      tx.execute("update user_coupon set expires_at = ? where id in (?)", [Date.now(), [expired, usedFirst]]),
    );
    const pages = async (status: string) => {
      const seen = await coupons.pages<UserCoupon>("coupon.mine", { userId, status }, 1);
      expect(seen.every((one) => one.status === status)).toBe(true);
      return seen.map(({ id }) => id);
    };
    expect(await pages("USED")).toEqual([usedLater, usedFirst]);
    expect(await pages("EXPIRED")).toEqual([expired]);
    expect(await pages("AVAILABLE")).toEqual(held.filter((id) => ![usedFirst, usedLater, expired].includes(id)).toReversed());
  });

  test("mine: a cursor of one status is VALIDATION_FAILED with another", async () => {
    const userId = name("user");
    for (const _ of [1, 2]) await coupons.issue((await coupons.create()).id, userId);
    const page = (params: object) => shop.broker.call<{ nextCursor: string }, object>("coupon.mine", { userId, limit: 1, ...params });
    const { nextCursor: cursor } = await page({ status: "AVAILABLE" });
    await expect(page({ status: "AVAILABLE", cursor })).resolves.toBeDefined();
    await expect(page({ status: "USED", cursor })).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
  });

  test("one that has ended is not listed from that moment on", async () => {
    const { id } = await coupons.create();
    const listed = async () => (await coupons.pages<Coupon>("coupon.list", {})).some((one) => one.id === id);
    expect(await listed()).toBe(true);
    await coupons.db.transaction((tx) => tx.execute("update coupon set ends_at = ? where id = ?", [Date.now(), id]));
    expect(await listed()).toBe(false);
  });
});
