import type { ContractBase } from "../../lib/contract";
import { bestseller } from "../bestseller/bestseller.contract";
import { coupon } from "../coupon/coupon.contract";
import { ops } from "../ops/ops.contract";
import { order } from "../order/order.contract";
import { orderHistory } from "../order-history/order-history.contract";
import { payment } from "../payment/payment.contract";
import { point } from "../point/point.contract";
import { product } from "../product/product.contract";
import { user } from "../user/user.contract";

/** The contracts whose routes the shop's gateway serves. */
export const contracts: readonly ContractBase[] = [user, product, point, coupon, order, orderHistory, payment, bestseller, ops];
