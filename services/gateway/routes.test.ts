import { z } from "zod";

import { action, contract } from "../../lib/contract";
import { bestseller } from "../bestseller/bestseller.contract";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";
import { routesOf } from "./routes";

const id = z.string();

test("the shop's contracts make the paths of the API", () => {
  const routes = routesOf([user, product, point, coupon, order, payment, bestseller]);
  expect(routes.map(({ method, path, auth, status }) => `${method} ${path} ${auth} ${status}`).sort()).toEqual([
    "GET /api/v1/bestsellers public 200",
    "GET /api/v1/coupons public 200",
    "GET /api/v1/coupons/mine customer 200",
    "GET /api/v1/orders customer 200",
    "GET /api/v1/orders/:id customer 200",
    "GET /api/v1/payments/:id customer 200",
    "GET /api/v1/points/me customer 200",
    "GET /api/v1/points/me/history customer 200",
    "GET /api/v1/products public 200",
    "GET /api/v1/products/:id public 200",
    "GET /api/v1/users/me customer 200",
    "POST /api/v1/auth/login public 200",
    "POST /api/v1/auth/register public 201",
    "POST /api/v1/coupons admin 201",
    "POST /api/v1/coupons/:id/issue customer 201",
    "POST /api/v1/orders customer 201",
    "POST /api/v1/points/me/charge customer 201",
    "POST /api/v1/products admin 201",
    "POST /api/v1/products/:id/stock admin 200",
  ]);
  expect(routes.filter((route) => route.idempotencyKey === "required").map((route) => route.action)).toEqual([
    "point.charge",
    "order.place",
  ]);
  expect(routes.find((route) => route.action === "coupon.mine")?.numbers).toEqual(new Set(["limit"]));
});

test("an action without a route, and what isn't an action, have no path", () => {
  expect(routesOf([contract("shop", { actions: { hidden: action({ params: z.strictObject({}), result: z.any() }) } })])).toEqual([]);
});

test("numbers are found behind defaults and options", () => {
  const params = z.strictObject({
    a: z.int().optional(),
    b: z.int().min(1).default(1),
    c: z.number().nullable().optional(),
    d: z.string().optional(),
    e: z.array(z.int()),
  });
  const [route] = routesOf([contract("shop", { actions: { list: action({ params, result: z.any(), rest: "GET /things" }) } })]);
  expect(route?.numbers).toEqual(new Set(["a", "b", "c"]));
});

test("a contract that can't be served as it says stops the start", () => {
  const noParam = action({ params: z.strictObject({}), result: z.any(), rest: "GET /things/:id" });
  expect(() => routesOf([contract("shop", { actions: { noParam } })])).toThrow("shop.noParam has :id");
  const noUser = action({ params: z.strictObject({ userId: id }), result: z.any(), rest: { route: "GET /me", auth: "public" } });
  expect(() => routesOf([contract("shop", { actions: { noUser } })])).toThrow("shop.noUser is public");
});
