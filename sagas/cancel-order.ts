import { defineSaga } from "../mixins/saga";
import { coupon } from "../services/coupon/coupon.contract";
import type { CancelOrder } from "../services/order/order.contract";
import { payment } from "../services/payment/payment.contract";
import { point } from "../services/point/point.contract";
import { product } from "../services/product/product.contract";

/**
 * A completed order is undone as a whole, or stays as it is: the refund decides. Once the money is given back, the rest follows until it is
 * done. Its business key is the order's id and the number of the attempt, so that an order whose refund was refused can be tried again.
 */
export const cancelOrder = defineSaga<CancelOrder>("cancel-order", { version: 1, deadline: "2m" })
  .pivot("refund", {
    call: payment.refund,
    with: ({ input }) => ({ orderId: input.orderId }),
    verify: payment.refundOutcome,
    signal: "payment", // news of the payment end the wait for an outcome that the provider could not tell
    // Only a card waits for the provider.
    alone: ({ input }) => input.payment.method === "CARD" && input.amounts.paid > 0,
    timeout: "12s", // the provider's ten, and the transactions before and after
  })
  .retryAll({
    restock: {
      call: product.restock,
      with: ({ input }) => ({ orderId: input.orderId }),
    },
    giveCouponBack: {
      when: ({ input }) => input.userCouponId !== undefined,
      call: coupon.giveBack,
      with: ({ input }) => ({ orderId: input.orderId, userCouponId: input.userCouponId! }),
    },
    givePointsBack: {
      when: ({ input }) => input.fromBalance > 0,
      call: point.giveBack,
      with: ({ input }) => ({ orderId: input.orderId, userId: input.userId, amount: input.fromBalance }),
    },
  });
