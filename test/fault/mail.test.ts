import { randomUUID } from "node:crypto";

import { deferred } from "../../mixins/waiting";
import { startMailServer } from "../support/mail-server";
import { waitFor } from "../support/wait";
import { ShopProcess } from "./shop-process";

test("a shop that is killed while its mail is handed over sends it again under the same Message-ID: never lost, at most twice", async () => {
  const server = await startMailServer();
  const reached = deferred();
  server.onMail = (mail) => {
    server.mails.push(mail); // taken, and the shop will never hear of it
    reached.resolve();
    return new Promise(() => undefined);
  };
  const shop = await ShopProcess.start({
    NOTIFICATION_PROVIDER: "smtp",
    SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    SMTP_FROM: "shop@example.com",
  });
  const customer = await shop.login("customer@example.com");
  const { items } = (await shop.guest().get<{ items: { id: string }[] }>("/products?limit=1")).body;
  const cart = { items: [{ productId: items[0]!.id, quantity: 1 }], payment: { method: "CASH" } };
  await customer.post("/orders", cart, randomUUID());
  await reached.promise;
  await shop.kill();
  server.onMail = () => undefined;
  const again = await shop.again();
  await waitFor(() => server.mails.length > 1, { what: "the mail to come again", timeoutMs: 90_000 });
  const another = await again.login("customer@example.com");
  await another.post("/orders", cart, randomUUID());
  await waitFor(() => server.mails.length > 2, { what: "another order's mail" });
  const ids = server.mails.map(({ headers }) => headers["message-id"]);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(server.mails.every(({ headers }) => headers.subject?.startsWith("주문이 완료되었습니다"))).toBe(true);
}, 180_000);
