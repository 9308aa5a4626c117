import { reconcile } from "../../scripts/reconcile";
import { quiet } from "../support/quiet";
import { newCustomers } from "./crowd";
import { ShopProcess } from "./shop-process";

jest.setTimeout(180_000);

test("200 buyers at once, 50 pieces: 50 get one, 150 are refused and keep their points (I8)", async () => {
  const shop = await ShopProcess.start();
  const admin = await shop.login("admin@example.com");
  const { body: product } = await admin.post<{ id: string }>("/products", { name: "Last ones", price: 1_000, stock: 50 });
  const buyers = await newCustomers(shop, 200, 5_000);

  const cart = { items: [{ productId: product.id, quantity: 1 }], payment: { method: "POINT" } };
  const answers = await Promise.all(buyers.map((buyer) => buyer.in(shop).post<{ status: string; code?: string }>("/orders", cart)));
  const told = answers.map(({ status, body }) => `${status} ${body.code ?? body.status}`);
  expect(Object.entries(Object.groupBy(told, (one) => one)).map(([one, all]) => [one, all?.length])).toEqual(
    expect.arrayContaining([
      ["201 COMPLETED", 50],
      ["409 PRODUCT_OUT_OF_STOCK", 150],
    ]),
  );

  expect((await shop.guest().get<{ stock: number }>(`/products/${product.id}`)).body.stock).toBe(0);
  const balances = await Promise.all(
    buyers.map(async (buyer) => (await buyer.in(shop).get<{ balance: number }>("/points/me")).body.balance),
  );
  expect(balances).toEqual(answers.map(({ status }) => (status === 201 ? 4_000 : 5_000)));

  await quiet(shop);
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [], completed: 50 });
});
