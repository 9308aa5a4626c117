import { defineSaga } from "../mixins/saga";
import { coupon } from "../services/coupon/coupon.contract";
import type { PlaceOrder } from "../services/order/order.contract";
import { payment } from "../services/payment/payment.contract";
import { point } from "../services/point/point.contract";
import { product } from "../services/product/product.contract";

/** An order is either completely placed or leaves no trace. The amounts are those of the quote; a step that can't keep them refuses. */
export const placeOrder = defineSaga<PlaceOrder>("place-order", {
  version: 1,
  deadline: "2m",
  timedOut: "ORDER_TIMED_OUT",
  // The token of the customer's card is nobody's business but the provider's.
  shown: (input) => ({ ...input, payment: { method: input.payment.method } }),
})
  .parallel({
    reserveStock: {
      call: product.reserve,
      with: ({ input }) => ({
        orderId: input.orderId,
        lines: input.items.map(({ productId, quantity }) => ({ productId, quantity })),
      }),
      undo: product.release,
    },
    useCoupon: {
      when: ({ input }) => input.userCouponId !== undefined,
      call: coupon.use,
      with: ({ input }) => ({
        orderId: input.orderId,
        userId: input.userId,
        userCouponId: input.userCouponId!,
        subtotal: input.amounts.subtotal,
        discount: input.amounts.discount,
      }),
      undo: coupon.restore,
    },
    usePoints: {
      when: ({ input }) => input.fromBalance > 0,
      call: point.use,
      with: ({ input }) => ({ orderId: input.orderId, userId: input.userId, amount: input.fromBalance }),
      undo: point.refund,
    },
  })
  .pivot("pay", {
    call: payment.process,
    with: ({ input }) => ({
      orderId: input.orderId,
      userId: input.userId,
      method: input.payment.method,
      amount: input.amounts.paid,
      currency: input.amounts.currency,
      token: input.payment.token,
    }),
    verify: payment.outcome,
    signal: "payment", // news of the payment end the wait for an outcome that the provider could not tell
    // Only a card waits for the provider.
    alone: ({ input }) => input.payment.method === "CARD" && input.amounts.paid > 0,
    timeout: "12s", // the provider's ten, and the transactions before and after
  });
