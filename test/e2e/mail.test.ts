/** What happens to a customer's order reaches his mailbox, in his language. */
import { randomUUID } from "node:crypto";

import { Client } from "../../scripts/client";
import { databaseOf } from "../support/database-of";
import { type MailServer, reply, startMailServer } from "../support/mail-server";
import { startShop, type TestShop } from "../support/shop";
import { waitFor } from "../support/wait";
import { newAdmin } from "./people";

let server: MailServer;
let shop: TestShop;
let productId: string;
beforeAll(async () => {
  server = await startMailServer();
  shop = await startShop({
    env: {
      NOTIFICATION_PROVIDER: "smtp",
      SMTP_URL: `smtp://127.0.0.1:${server.port}`,
      SMTP_FROM: "온라인 상점 <shop@example.com>",
      BUSINESS_TIME_ZONE: "Asia/Seoul",
    },
  });
  const admin = await newAdmin(shop);
  productId = (await admin.post<{ id: string }>("/products", { name: "청자 찻잔", price: 18_000, stock: 100 })).body.id;
});

async function newCustomer(more: object = {}) {
  const email = `buyer-${randomUUID()}@example.com`;
  const guest = new Client(shop.url);
  const account = { email, password: "correct horse", nickname: "김철수", ...more };
  const { body } = await guest.post<{ accessToken: string }>("/auth/register", account);
  return Object.assign(guest.as(body.accessToken), { email });
}

async function order(customer: Client, token = "tok_ok"): Promise<string> {
  const cart = { items: [{ productId, quantity: 2 }], payment: { method: "CARD", token } };
  return (await customer.post<{ id: string }>("/orders", cart, randomUUID())).body.id;
}

const mailsTo = (email: string) => server.mails.filter(({ to }) => to.includes(email));
const mailTo = (email: string, subject: RegExp) =>
  waitFor(() => mailsTo(email).find(({ headers }) => subject.test(headers.subject ?? "")), { what: `a mail of ${subject} to ${email}` });

test("an order in Korean arrives", async () => {
  const kim = await newCustomer({ language: "ko" });
  const orderId = await order(kim);
  const { text, headers } = await mailTo(kim.email, /^주문이 완료되었습니다: 청자 찻잔$/);
  expect(headers.to).toBe(`김철수 <${kim.email}>`);
  expect(text).toMatch(/^김철수 님, 안녕하세요\./);
  expect(text).toContain(`주문 번호: ${orderId}`);
  expect(text).toMatch(/주문 일시: \d{4}년 \d+월 \d+일 오[전후] \d+:\d\d GMT\+9/);
  expect(text).toContain("카드 결제: ₩36,000");
});

test("who says nothing is written to in English, and from the time that he asks for it in Korean", async () => {
  const lee = await newCustomer();
  const id = await order(lee);
  await mailTo(lee.email, /^Your order is complete/);
  const edit = { body: JSON.stringify({ language: "ko" }), headers: { "Content-Type": "application/json" } };
  expect(await lee.send("PATCH", "/users/me", edit)).toMatchObject({ status: 200, body: { language: "ko" } });
  const heard = () =>
    databaseOf(shop, "notification").select("select user_id from recipient where email = ? and language = 'ko'", [lee.email]);
  await waitFor(async () => (await heard()).length > 0, { what: "the change to be heard of" });
  await lee.post(`/orders/${id}/cancel`);
  expect((await mailTo(lee.email, /^주문이 취소되었습니다/)).text).toContain("카드 환불 금액: ₩36,000");
  await order(lee, "tok_declined");
  expect((await mailTo(lee.email, /완료되지 못했습니다/)).text).toContain("사유: 결제가 승인되지 않았습니다.");
});

test("an address that the server doesn't know is given up, staff see why, and other mail goes on", async () => {
  const gone = await newCustomer();
  server.onRecipient = (address) => (address === gone.email ? reply(550, "5.1.1 no such user") : undefined);
  await order(gone);
  const [user] = await shop.broker.call<[{ id: string }], object>("user.find", { query: { email: gone.email } });
  const given = await waitFor(async () => {
    const [row] = await shop.broker.call<{ failed_at: number | null; error: string }[], object>("notification.find", {
      query: { user_id: user.id },
    });
    return row?.failed_at && row;
  });
  expect(given.error).toContain("550 5.1.1 no such user");
  const kim = await newCustomer({ language: "ko" });
  await order(kim);
  await mailTo(kim.email, /^주문이/);
  expect(mailsTo(gone.email)).toEqual([]);
});
