import type { Service } from "moleculer";

import type { Inbox } from "../../mixins/inbox";
import { deliver, messageOf } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { user } from "../user/user.contract";
import { completed, registered, watchProviderOf } from "./notification.fixture";
import type { OutgoingMessage } from "./provider";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ only: ["notification"] });
});
afterEach(() => void jest.restoreAllMocks());

const host = () => shop.broker.getLocalService("notification") as Service & { inbox: Inbox };
const settled = () => host().inbox.settled();
const find = (userId: string) =>
  shop.broker.call<{ sent_at: number | null; subject: string }[], object>("notification.find", { query: { user_id: userId } });
const watchProvider = (before?: (message: OutgoingMessage) => Promise<void>) => watchProviderOf(host(), before);

let users = 0;
const newUser = () => `u${++users}`;

test("the language is the one that is known when the message is sent; an event from before there was a choice means English", async () => {
  const given = watchProvider();
  const [old, changed] = [newUser(), newUser()];
  const { language: _, ...before } = { userId: old, email: "old@example.com", nickname: "Kim", language: "ko", role: "customer" };
  await deliver(shop, { ...registered(old, "old@example.com"), payload: JSON.stringify(before) }, registered(changed, "kim@example.com"));
  await deliver(
    shop,
    messageOf(user.events.changed, { userId: changed, email: "kim@example.com", nickname: "Kim", language: "ko", role: "customer" }),
  );
  await settled();
  await deliver(shop, completed(old), completed(changed));
  const to = (userId: string) => given.find((message) => message.to.userId === userId);
  await waitFor(() => to(old) && to(changed));
  expect(to(old)).toMatchObject({ language: "en", subject: "Your order is complete: Mug", to: { email: "old@example.com" } });
  expect(to(changed)).toMatchObject({ language: "ko", subject: "주문이 완료되었습니다: Mug" });
  await waitFor(async () => (await find(changed))[0]?.sent_at);
  expect(await find(changed)).toMatchObject([{ language: "ko", subject: "주문이 완료되었습니다: Mug" }]);
});

test("an order that is heard of before its customer is told in the customer's language once he is known", async () => {
  const userId = newUser();
  let attempts = 0;
  const given = watchProvider(async ({ to }) => {
    if (to.userId === userId && to.email === undefined && attempts++ < 20) throw new Error("no address");
  });
  await deliver(shop, completed(userId));
  await waitFor(() => attempts > 0);
  await deliver(
    shop,
    messageOf(user.events.registered, { userId, email: "late@example.com", nickname: "Kim", language: "ko", role: "customer" }),
  );
  expect(await waitFor(() => given.find(({ to }) => to.userId === userId))).toMatchObject({ language: "ko" });
});
