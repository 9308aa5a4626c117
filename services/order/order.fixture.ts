import type { Order } from "./order";

/** A PENDING order over one piece at 10. */
export const pendingOrder = (change: Partial<Order> = {}): Order => ({
  id: "o",
  userId: "u",
  status: "PENDING",
  items: [{ productId: "a", name: "A", unitPrice: 10, quantity: 1, lineTotal: 10 }],
  amounts: { subtotal: 10, discount: 0, pointsUsed: 0, paid: 10, currency: "KRW" },
  payment: { method: "CARD" },
  history: [{ status: "PENDING", at: 1 }],
  createdAt: 1,
  updatedAt: 1,
  ...change,
});
