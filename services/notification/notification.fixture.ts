import type { Service } from "moleculer";

import { messageOf } from "../../test/support/events";
import { order } from "../order/order.contract";
import { user } from "../user/user.contract";
import { type OutgoingMessage, providerOf } from "./provider";

/** What the events of an order tell of it. */
export const ordered = (userId: string) => ({
  orderId: `order-of-${userId}`,
  userId,
  items: [{ productId: "a", name: "Mug", unitPrice: 12_000, quantity: 2, lineTotal: 24_000 }],
  amounts: { subtotal: 24_000, discount: 0, pointsUsed: 0, paid: 24_000, currency: "KRW" as const },
  payment: { method: "CARD" as const },
  placedAt: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
});
export const completed = (userId: string) => messageOf(order.events.completed, ordered(userId));

export const registered = (userId: string, email: string) =>
  messageOf(user.events.registered, { userId, email, nickname: "Kim", language: "en", role: "customer" });

/** What the provider is given from now on, and what befalls it before. */
export function watchProviderOf(host: Service, before: (message: OutgoingMessage) => Promise<void> = async () => undefined) {
  const given: OutgoingMessage[] = [];
  const provider = providerOf(host);
  const send = provider.send.bind(provider);
  jest.spyOn(provider, "send").mockImplementation(async (message, signal) => {
    await before(message);
    await send(message, signal);
    given.push(message);
  });
  return given;
}
