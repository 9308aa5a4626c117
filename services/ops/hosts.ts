/** Whom operators ask. */
import type { ContractBase } from "../../lib/contract";
import { type ConsumerHost, consumerOf } from "../../lib/dead-letters/contract";
import { publisherOf, type PublisherHost } from "../../lib/outbox/contract";
import { readModel, type ReadModelService } from "../../lib/read-models/contract";
import { sagaHost, type SagaHost } from "../../lib/sagas/contract";
import { bestseller } from "../bestseller/bestseller.contract";
import { coupon } from "../coupon/coupon.contract";
import { notification } from "../notification/notification.contract";
import { orderHistory } from "../order-history/order-history.contract";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";

/** Services that host sagas. The saga types of two are never the same. */
export const hosts: readonly SagaHost[] = [sagaHost(order.$name)];

/** Services whose tables are made of events, and can be made anew. */
export const readModels: readonly ReadModelService[] = [readModel(bestseller.$name), readModel(orderHistory.$name)];

/** Services that publish events. */
export const publishers: readonly PublisherHost[] = [user, product, point, coupon, order, payment].map(({ $name }: ContractBase) =>
  publisherOf($name),
);

/** Services that consume events. */
export const consumers: readonly ConsumerHost[] = [product, order, bestseller, orderHistory, notification].map(({ $name }: ContractBase) =>
  consumerOf($name),
);
