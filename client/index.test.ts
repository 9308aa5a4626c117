import { createShopClient, type View } from ".";

/** A client whose requests go nowhere, and these requests. */
function recorded(token?: string) {
  const sent: Request[] = [];
  const client = createShopClient({
    url: "http://shop.test",
    token,
    fetch: async (request) => {
      sent.push(request);
      return Response.json({});
    },
  });
  return { client, sent };
}

const order = { items: [{ productId: "p1", quantity: 1 }], payment: { method: "CASH" } } as const;
const cart = { ...order, items: [...order.items] };

test("each POST that takes a key gets one of its own", async () => {
  const { client, sent } = recorded();
  await client.POST("/orders", { body: cart });
  await client.POST("/orders", { body: cart });
  await client.POST("/orders/{id}/cancel", { params: { path: { id: "o1" } }, body: {} });
  const keys = sent.map(({ headers }) => headers.get("Idempotency-Key"));
  expect(new Set(keys).size).toBe(3);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f-]{36}$/);
});

test("a key that is given stays", async () => {
  const { client, sent } = recorded();
  await client.POST("/orders", { body: cart, params: { header: { "Idempotency-Key": "k1" } } });
  expect(sent[0]?.headers.get("Idempotency-Key")).toBe("k1");
});

test("nothing else gets one", async () => {
  const { client, sent } = recorded();
  await client.POST("/auth/login", { body: { email: "kim@example.com", password: "correct horse" } });
  await client.GET("/orders");
  await client.PATCH("/users/me", { body: { nickname: "Kim" } });
  expect(sent.map(({ headers }) => headers.get("Idempotency-Key"))).toEqual([null, null, null]);
});

test("paths lie below /api/v1, ids are encoded, and the token goes with every request", async () => {
  const { client, sent } = recorded("t1");
  await client.GET("/products/{id}", { params: { path: { id: "a/b" } } });
  await client.GET("/products", { params: { query: { inStock: true, sort: "-sales", limit: 5 } } });
  expect(sent.map(({ url }) => url)).toEqual([
    "http://shop.test/api/v1/products/a%2Fb",
    "http://shop.test/api/v1/products?inStock=true&sort=-sales&limit=5",
  ]);
  expect(sent.map(({ headers }) => headers.get("Authorization"))).toEqual(["Bearer t1", "Bearer t1"]);
  const guest = recorded();
  await guest.client.GET("/products");
  expect(guest.sent[0]?.headers.get("Authorization")).toBeNull();
});

test("what isn't in the document doesn't compile", () => {
  const { client } = recorded();
  const wrong = () => [
    // @ts-expect-error there is no such path
    client.GET("/nothing"),
    // @ts-expect-error a path parameter is missing
    client.GET("/orders/{id}"),
    // @ts-expect-error no such sorting
    client.GET("/products", { params: { query: { sort: "colour" } } }),
    // @ts-expect-error no such method of payment
    client.POST("/orders", { body: { ...cart, payment: { method: "BARTER" } } }),
  ];
  const status: View<"OrderStatus"> = "COMPLETED";
  // @ts-expect-error no such status
  const other: View<"OrderStatus"> = "LOST";
  expect([wrong, status, other]).toHaveLength(3);
});
