/** What everybody may see of an order that is under way: sagas are atomic, not isolated. `docs/consistency.md` tells it in words. */
import type { Page } from "../../lib/paging";
import type { OrderView } from "../../services/order/order";
import { Buyer, type Cart, stock, stockOf } from "../support/buyer";
import { databaseOf } from "../support/database-of";
import { Faults, Hold } from "../support/faults";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";

const faults = new Faults();
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ env: { ORDER_WAIT_MS: "25000" }, middlewares: [faults.middleware] });
});

/** An order that takes all 3 pieces of a product, a coupon, and 400 of 500 points; the rest is paid by card. */
class Purchase {
  readonly buyer = new Buyer(shop);
  productId = "";
  cart: Cart = { items: [], payment: { method: "CASH" } };

  static async begin(token: string): Promise<Purchase> {
    const purchase = new Purchase();
    await purchase.buyer.charge(500);
    purchase.productId = await stock(shop, { stock: 3 });
    const items = [{ productId: purchase.productId, quantity: 3 }];
    purchase.cart = { items, userCouponId: await purchase.buyer.coupon(), points: 400, payment: { method: "CARD", token } };
    return purchase;
  }

  async order(): Promise<OrderView> {
    const [id = ""] = await this.buyer.orderIds();
    return this.buyer.order(id);
  }

  /** What is there of all that it takes. */
  async left() {
    const coupon = await this.buyer.couponStatus(this.cart.userCouponId ?? "");
    return { stock: await stockOf(shop, this.productId), balance: await this.buyer.balance(), coupon };
  }

  async pointMoves(): Promise<string[]> {
    const { items } = await shop.broker.call<Page<{ type: string }>, object>("point.history", { userId: this.buyer.id });
    return items.map(({ type }) => type);
  }

  async paymentStatus(): Promise<string | undefined> {
    const [row] = await databaseOf(shop, "payment").select<{ id: string }>("select id from payment where user_id = ?", [this.buyer.id]);
    if (!row) return undefined;
    return (await shop.broker.call<{ status: string }, object>("payment.read", { id: row.id, userId: this.buyer.id })).status;
  }

  /** Pieces that count as sold; they follow by events. */
  async sold(pieces: number): Promise<void> {
    const sales = async () => (await shop.broker.call<{ salesCount: number }, object>("product.read", { id: this.productId })).salesCount;
    await waitFor(async () => (await sales()) === pieces, { what: `${pieces} pieces to be sold` });
  }
}

const everything = { stock: 3, balance: 500, coupon: "AVAILABLE" };
const nothingLeft = { stock: 0, balance: 100, coupon: "USED" };

/** Stops a call of an action before it is carried out, and its repetitions, for as long as a slow machine may need. */
function stopAt(action: string): Hold {
  const hold = new Hold();
  faults.next(action, ...Array.from({ length: 20 }, () => hold.before));
  return hold;
}

test("an order on its way is PENDING, and what it has taken is gone for everybody", async () => {
  const purchase = await Purchase.begin("tok_ok");
  const { buyer, cart } = purchase;
  const pay = stopAt("payment.process");
  const answer = buyer.place(cart);
  await pay.reached;
  expect(await purchase.order()).toMatchObject({ status: "PENDING", payment: { method: "CARD" } });
  expect(await purchase.left()).toEqual(nothingLeft);
  expect(await purchase.pointMoves()).toEqual(["USE", "CHARGE"]);
  expect(await purchase.paymentStatus()).toBeUndefined();
  await purchase.sold(0);

  // What another order meets.
  const refusal = async (other: Partial<Cart>, by = buyer) =>
    (await by.place({ items: [{ productId: await stock(shop), quantity: 1 }], payment: cart.payment, ...other })).error?.type;
  expect(await refusal({ items: cart.items }, new Buyer(shop))).toBe("PRODUCT_OUT_OF_STOCK");
  expect(await refusal({ userCouponId: cart.userCouponId ?? "" })).toBe("COUPON_NOT_USABLE");
  expect(await refusal({ points: 101 })).toBe("POINT_INSUFFICIENT");

  pay.release();
  expect(await answer).toMatchObject({ status: 201, order: { status: "COMPLETED", payment: { status: "APPROVED" } } });
  expect(await purchase.left()).toEqual(nothingLeft);
  await purchase.sold(3);
});

test("one that fails is PENDING until all of it is given back; then its customer hears so, and a second one gets it all", async () => {
  const purchase = await Purchase.begin("tok_declined");
  const { buyer, cart } = purchase;
  const release = stopAt("product.release");
  const answer = buyer.place(cart);
  await release.reached;
  expect(await purchase.order()).toMatchObject({ status: "PENDING" });
  expect((await purchase.left()).stock).toBe(0);
  expect(await purchase.paymentStatus()).toBe("FAILED");

  release.release();
  expect(await answer).toMatchObject({ status: 402, error: { type: "PAYMENT_DECLINED" } });
  expect(await purchase.order()).toMatchObject({ status: "FAILED", failure: { code: "PAYMENT_DECLINED" } });
  expect(await purchase.left()).toEqual(everything);
  expect(await purchase.pointMoves()).toEqual(["REFUND", "USE", "CHARGE"]);
  expect(await buyer.place({ ...cart, payment: { method: "CASH" } })).toMatchObject({ status: 201 });
  expect(await purchase.left()).toEqual(nothingLeft);
});

test("one that is being cancelled has its money back first, and the rest soon after", async () => {
  const purchase = await Purchase.begin("tok_ok");
  const { buyer, cart } = purchase;
  const { order } = await buyer.place(cart);
  await purchase.sold(3);
  const restock = stopAt("product.restock");
  const answer = buyer.cancel(order?.id ?? "");
  await restock.reached;
  expect(await purchase.order()).toMatchObject({ status: "CANCELING" });
  expect(await purchase.paymentStatus()).toBe("REFUNDED");
  expect((await purchase.left()).stock).toBe(0);

  restock.release();
  expect(await answer).toMatchObject({ status: 200, order: { status: "CANCELED", amounts: order?.amounts } });
  expect(await purchase.left()).toEqual(everything);
  expect(await purchase.pointMoves()).toEqual(["REFUND", "USE", "CHARGE"]);
  await purchase.sold(0);
});
