/** Every service of the shop, by name. Nodes load from here those that `SERVICES` names. */
import type { ServiceSchema } from "moleculer";

import type { ShopService } from "../lib/service";
import bestseller from "./bestseller/bestseller.service";
import coupon from "./coupon/coupon.service";
import gateway from "./gateway/gateway.service";
import notification from "./notification/notification.service";
import order from "./order/order.service";
import ops from "./ops/ops.service";
import orderHistory from "./order-history/order-history.service";
import payment from "./payment/payment.service";
import point from "./point/point.service";
import product from "./product/product.service";
import user from "./user/user.service";

/** Services with a database of their own. */
export const domainServices: Record<string, ShopService> = {
  user,
  product,
  point,
  coupon,
  order,
  payment,
  bestseller,
  "order-history": orderHistory,
  notification,
};

export const services: Record<string, ServiceSchema> = { gateway, ops, ...domainServices };

export const serviceNames: readonly string[] = Object.keys(services);
