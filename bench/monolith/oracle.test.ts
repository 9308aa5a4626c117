import { testDialect } from "../../test/support/database";
import { aMonolith, chime, cup, one } from "./monolith.fixture";
import { recount } from "./oracle";

const onServer = testDialect === "mysql" ? describe : describe.skip;

onServer("the baseline's oracle", () => {
  let shop: Awaited<ReturnType<typeof aMonolith>>;
  beforeAll(async () => {
    shop = await aMonolith("statements");
    await shop.order({ ...one(cup, 2), points: 1_000 }, { user: "rich" });
    await shop.order(one(chime));
    await shop.order(one(cup, 1_000_000));
    const { body } = await shop.issue("ten-percent");
    await shop.order({ ...one(cup), userCouponId: body.id });
    await shop.issue("few");
  });

  test("counts what there is, and finds nothing wrong with it", async () => {
    expect(await recount(shop.database)).toEqual({ completed: 3, issued: 2, violations: [] });
  });

  describe("sees", () => {
    const tables = [
      "product",
      "orders",
      "order_product",
      "payment",
      "stock_reservation",
      "coupon",
      "user_coupon",
      "point",
      "point_history",
    ];
    beforeAll(async () => {
      for (const table of tables) await shop.sql(`create table kept_${table} as select * from ${table}`);
    });
    afterEach(async () => {
      for (const table of tables) {
        await shop.sql(`delete from ${table}`);
        await shop.sql(`insert into ${table} select * from kept_${table}`);
      }
      expect((await recount(shop.database)).violations).toEqual([]);
    });

    const rich = "where user_id = 'rich'";
    test.each([
      ["stock that was not sold", "update product set stock = stock - 1 where id = 'cup'", /^stock .*: cup: /],
      ["an order without lines", "delete from order_product", /^a COMPLETED order has lines/],
      ["a line at another price", "update order_product set unit_price = unit_price + 1", /come to its subtotal/],
      ["an order without a payment", "delete from payment limit 1", /has one payment/],
      ["a payment over another amount", "update payment set amount = amount + 1 limit 1", /over what is paid/],
      ["a payment of a FAILED order", "update orders set status = 3 where status = 2 limit 1", /no other order has one/],
      ["a payment of no order", "delete from orders where status = 2 limit 1", /^a payment is an order's/],
      ["a line of no order", "delete from orders where status = 2 limit 1", /^a line is an order's/],
      ["an order that took no stock", "delete from stock_reservation limit 1", /moved the stock/],
      [
        "stock that was taken twice",
        "insert into stock_reservation select 'x', product_id, 1, 2 from stock_reservation limit 1",
        /nothing else/,
      ],
      ["an order that is neither", "update orders set status = 1 where status = 3", /COMPLETED or FAILED/],
      ["a coupon too many", "update coupon set remaining = remaining - 1 where id = 'few'", /: few: 3 in all, 1 issued, 1 remaining/],
      ["a coupon that nobody used", "update user_coupon set status = 2, order_id = 'x' where status = 1", /^a coupon is used by/],
      ["a coupon that was used and isn't", "update user_coupon set status = 1 where status = 2", /^a coupon is used by/],
      ["points from nowhere", `update point set balance = balance + 1 ${rich}`, /^a balance/],
      ["points that were not taken", `delete from point_history ${rich} and type = 2`, /has used the points/],
    ])("%s", async (_what, spoil, said) => {
      await shop.sql(spoil);
      expect((await recount(shop.database)).violations).toContainEqual(expect.stringMatching(said));
    });

    test("a coupon that a customer has twice, where the table's key is gone", async () => {
      await shop.sql("alter table user_coupon drop index user_id");
      await shop.sql(
        "insert into user_coupon select 'x', coupon_id, user_id, 1, null, issued_at, expires_at, null from user_coupon limit 1",
      );
      expect((await recount(shop.database)).violations).toContainEqual(expect.stringMatching(/issued to a customer once/));
    });
  });
});
