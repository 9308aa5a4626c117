import type { Service } from "moleculer";

import type { BusMessage } from "../../mixins/event-bus";
import type { DeadLetters, Inbox } from "../../mixins/inbox";
import { databaseOf } from "../../test/support/database-of";
import { deliver, messageOf } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { user } from "../user/user.contract";
import { completed, ordered, registered, watchProviderOf } from "./notification.fixture";
import type { OutgoingMessage } from "./provider";
import { senderOf } from "./sender";

interface Row {
  id: string;
  event_id: string;
  user_id: string;
  kind: string;
  subject: string;
  body: string;
  sent_at: number | null;
}

let shop: TestShop;
/** Called before a service starts, which sends at once what it finds. */
let created: (service: Service) => void = () => undefined;
beforeAll(async () => {
  shop = await startShop({ only: ["notification"], middlewares: [{ name: "created", serviceCreated: (service) => created(service) }] });
});

const host = () => shop.broker.getLocalService("notification") as Service & { inbox: Inbox; deadLetters: DeadLetters };
const settled = () => host().inbox.settled();
const find = (userId: string) => shop.broker.call<Row[], object>("notification.find", { query: { user_id: userId }, sort: "kind" });

let users = 0;
const newUser = () => `u${++users}`;

const failure = { code: "PAYMENT_DECLINED", detail: "The card was declined" };
const idOf = ({ headers }: BusMessage) => headers.ce_id;

const watchProvider = (before?: (message: OutgoingMessage) => Promise<void>) => watchProviderOf(host(), before);
afterEach(() => void jest.restoreAllMocks());

test("a message for each event that concerns a customer, and for no other", async () => {
  const userId = newUser();
  await deliver(
    shop,
    messageOf(order.events.placed, ordered(userId)),
    completed(userId),
    messageOf(order.events.failed, { ...ordered(userId), failure }),
    messageOf(order.events.cancelRequested, ordered(userId)),
    messageOf(order.events.cancelRefused, { ...ordered(userId), failure }),
    messageOf(order.events.canceled, ordered(userId)),
    messageOf(coupon.events.issued, { couponId: "c1", userCouponId: "uc1", userId }),
    messageOf(coupon.events.used, { couponId: "c1", userCouponId: "uc1", userId, orderId: "o" }),
  );
  await settled();
  const rows = await waitFor(async () => {
    const found = await find(userId);
    return found.every(({ sent_at }) => sent_at !== null) && found;
  });
  expect(rows).toMatchObject([
    { kind: "coupon.issued", subject: "You have a new coupon" },
    { kind: "order.canceled", subject: "Your order is cancelled: Mug", body: expect.stringContaining("Back on your card: ₩24,000") },
    { kind: "order.completed", subject: "Your order is complete: Mug", body: expect.stringContaining("2 × Mug") },
    {
      kind: "order.failed",
      subject: "Your order could not be placed: Mug",
      body: expect.stringContaining("Reason: The payment was declined."),
    },
  ]);
});

test("I7: an event that is delivered again and again is one message, handed over once", async () => {
  const given = watchProvider();
  const userId = newUser();
  const event = completed(userId);
  await deliver(shop, event, event);
  await waitFor(async () => (await find(userId))[0]?.sent_at);
  await deliver(shop, event, registered(userId, "kim@example.com"), event);
  await settled();
  expect(await find(userId)).toHaveLength(1);
  expect(given.filter(({ to }) => to.userId === userId).map(({ id }) => id)).toEqual([idOf(event)]);
});

test("I7: redelivered after the inbox has forgotten it, it is still one message, handed over once", async () => {
  const given = watchProvider();
  const userId = newUser();
  const [event, another] = [completed(userId), completed(userId)];
  const sent = async (count: number) => (await find(userId)).filter(({ sent_at }) => sent_at !== null).length === count;
  await deliver(shop, event);
  await waitFor(() => sent(1));
  await databaseOf(shop, "notification").transaction((tx) => tx.execute("delete from inbox_message"));
  await deliver(shop, event, another);
  await settled();
  await waitFor(() => sent(2));
  expect(given.filter(({ to }) => to.userId === userId).map(({ id }) => id)).toEqual([idOf(event), idOf(another)]);
  expect(await host().deadLetters.list({})).toEqual([]);
});

test("a message is sent when its transaction has committed, not when somebody looks for it", async () => {
  const wake = jest.spyOn(senderOf(host()), "wake");
  await deliver(shop, completed(newUser()));
  await settled();
  expect(wake).toHaveBeenCalled();
});

test("it goes to the address that is known when it is sent, and to the user's id when none is", async () => {
  const given = watchProvider();
  const [known, unknown] = [newUser(), newUser()];
  await deliver(shop, registered(known, "old@example.com"));
  await settled();
  await deliver(
    shop,
    messageOf(user.events.changed, { userId: known, email: "new@example.com", nickname: "Kim", language: "en", role: "customer" }),
  );
  await settled();
  await deliver(shop, completed(known), completed(unknown));
  const to = (userId: string) => given.find((message) => message.to.userId === userId)?.to;
  await waitFor(() => to(known) && to(unknown));
  expect(to(known)).toEqual({ userId: known, email: "new@example.com", nickname: "Kim" });
  expect(to(unknown)).toEqual({ userId: unknown });
});

test("an address that becomes known after the message was written is the one that it goes to", async () => {
  const userId = newUser();
  let attempts = 0;
  const given = watchProvider(async ({ to }) => {
    if (to.userId === userId && to.email === undefined && attempts++ < 20) throw new Error("no address");
  });
  await deliver(shop, completed(userId));
  await waitFor(() => attempts > 0);
  await deliver(shop, registered(userId, "late@example.com"));
  const message = await waitFor(() => given.find(({ to }) => to.userId === userId));
  expect(message.to.email).toBe("late@example.com");
});

test("while the provider fails, events go on being consumed; afterwards each message goes out once", async () => {
  let away = true;
  const given = watchProvider(async () => {
    if (away) throw new Error("away");
  });
  const all = Array.from({ length: 20 }, newUser);
  await deliver(shop, ...all.slice(0, 10).map(completed));
  await settled();
  await deliver(shop, ...all.slice(10).map(completed));
  await settled();
  for (const userId of all) expect(await find(userId)).toMatchObject([{ sent_at: null }]);
  away = false;
  const told = () => given.map(({ to }) => to.userId).filter((userId) => all.includes(userId));
  await waitFor(() => told().length >= 20);
  expect(told().toSorted()).toEqual(all.toSorted());
});

test("a process that stops between the commit and the sending: the next one sends, once and under the event's id", async () => {
  watchProvider(() => Promise.reject(new Error("the process is dead")));
  const userId = newUser();
  const event = completed(userId);
  await deliver(shop, event, event);
  await waitFor(async () => (await find(userId)).length === 1);
  await shop.stop();
  jest.restoreAllMocks();
  let given: OutgoingMessage[] = [];
  created = (service) => {
    if (service.name === "notification") given = watchProviderOf(service);
  };
  shop = await shop.again();
  await deliver(shop, event);
  await settled();
  await waitFor(async () => (await find(userId))[0]?.sent_at, { timeoutMs: 20_000 });
  expect(await find(userId)).toHaveLength(1);
  expect(given.filter(({ to }) => to.userId === userId).map(({ id }) => id)).toEqual([idOf(event)]);
});

test("the provider `log` tells each message on one line", async () => {
  const userId = newUser();
  const lines: string[] = [];
  jest.spyOn(host().logger, "info").mockImplementation((line: string) => void lines.push(line));
  const event = messageOf(order.events.failed, {
    ...ordered(userId),
    failure: { code: "PAYMENT_DECLINED", detail: "declined" },
  });
  await deliver(shop, registered(userId, "kim@example.com"));
  await settled();
  await deliver(shop, event);
  const line = await waitFor(() => lines.find((one) => one.includes(idOf(event)!)));
  expect(line).toBe(
    `message ${idOf(event)} to Kim <kim@example.com>: Your order could not be placed: Mug. Hello Kim, Your order could not be placed. Nothing was taken from you. Order: order-of-${userId} Placed: January 1, 2026 at 12:00 AM UTC Goods: 2 × Mug In all: ₩24,000 Reason: The payment was declined.`,
  );
});

test("messages of 90 days ago are removed", async () => {
  const userId = newUser();
  await deliver(shop, completed(userId));
  await waitFor(async () => (await find(userId))[0]?.sent_at);
  const day = 24 * 3_600_000;
  const age = (days: number) =>
    databaseOf(shop, "notification").transaction((tx) =>
      tx.execute("update notification set created_at = ? where user_id = ?", [Date.now() - days * day, userId]),
    );
  const again = async () => {
    await shop.stop();
    shop = await shop.again();
  };
  await age(89);
  await again();
  await age(91);
  expect(await find(userId)).toHaveLength(1);
  await again();
  await waitFor(async () => (await find(userId)).length === 0);
});
