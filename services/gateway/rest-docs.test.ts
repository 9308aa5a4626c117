import { readFileSync } from "node:fs";
import { join } from "node:path";

import { bestseller } from "../bestseller/bestseller.contract";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";
import { basePath, routesOf } from "./routes";

test("docs/rest.md has every route of the contracts, with who may use it, and no other", () => {
  const page = readFileSync(join(__dirname, "../../docs/rest.md"), "utf8");
  const told = [...page.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) [^`]+)`\s*\| (\w+)/gm)].map(([, route, who]) => `${route} ${who}`);
  const routes = routesOf([user, product, point, coupon, order, payment, bestseller]);
  expect(told.toSorted()).toEqual(routes.map(({ method, path, auth }) => `${method} ${path.slice(basePath.length)} ${auth}`).toSorted());
});
