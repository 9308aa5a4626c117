/** Whom operators ask. */
import type { ContractBase } from "../../lib/contract";
import { ShopError } from "../../lib/errors";
import { sagaHost, type SagaHost } from "../../lib/sagas/contract";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";

/** Services that host sagas. The saga types of two are never the same. */
export const hosts: readonly SagaHost[] = [sagaHost(order.$name)];

/** Services that publish events. */
export const publishers: readonly string[] = [user, product, point, coupon, order, payment].map(({ $name }: ContractBase) => $name);

/** What the service says that hosts the saga. Throws what the last one throws when none knows it. */
export async function ofHost<R>(ask: (host: SagaHost) => Promise<R>, [host, ...others] = hosts): Promise<R> {
  if (!host) throw new ShopError("SAGA_NOT_FOUND");
  try {
    return await ask(host);
  } catch (error) {
    if (others.length > 0 && (error as { type?: unknown }).type === "SAGA_NOT_FOUND") return ofHost(ask, others);
    throw error;
  }
}
