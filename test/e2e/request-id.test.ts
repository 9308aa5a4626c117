/** Every event that a request causes tells of it, whatever service published it and in whatever transaction. */
import { type Told, recordEvents } from "../support/events";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { couponTerms, newAdmin, newCustomer } from "./people";

let shop: TestShop;

beforeAll(async () => {
  shop = await startShop();
});

test.each([
  { token: "tok_ok", last: "order.completed", others: ["order.placed", "point.used", "coupon.used", "payment.approved"] },
  {
    token: "tok_declined",
    last: "order.failed",
    others: ["order.placed", "point.used", "point.returned", "coupon.used", "coupon.returned", "payment.failed"],
  },
])("$last and what led to it bear the id of the request", async ({ token, last, others }) => {
  const topics = ["order", "payment", "coupon", "point"].map((name) => `commerce.${name}.v1`);
  const told = await Promise.all(topics.map((topic) => recordEvents(shop, topic)));
  const admin = await newAdmin(shop);
  const kim = await newCustomer(shop);
  const product = await admin.post<{ id: string }>("/products", { name: "Mug", price: 1000, stock: 5 });
  const coupon = await admin.post<{ id: string }>("/coupons", couponTerms());
  const mine = await kim.post<{ id: string }>(`/coupons/${coupon.body.id}/issue`, {});
  await kim.post("/points/me/charge", { amount: 500 });

  const { headers } = await kim.post("/orders", {
    items: [{ productId: product.body.id, quantity: 1 }],
    userCouponId: mine.body.id,
    points: 100,
    payment: { method: "CARD", token },
  });
  const requestId = headers.get("x-request-id");
  const ofRequest = (): Told[] => told.flat().filter((event) => event.headers.ce_correlationid === requestId);
  await waitFor(() => ofRequest().length >= others.length + 1, { what: "all events of the request" });
  expect(
    ofRequest()
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual([last, ...others].toSorted());
});
