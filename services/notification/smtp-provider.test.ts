/** Messages to a mail server that really speaks SMTP: what arrives there, and what it takes to get it there. */
import type { Database } from "../../mixins/database";
import { deferred } from "../../mixins/waiting";
import { reply } from "../../test/support/mail-server";
import { waitFor } from "../../test/support/wait";
import { idOf, Mailing, order } from "./mailing.fixture";
import { insertMessages } from "./notifications";
import { noteRecipients } from "./recipients";
import { timings } from "./sender";
import { smtpTimeouts } from "./smtp-provider";

let db: Database;
let mailing: Mailing;
beforeAll(async () => {
  db = await Mailing.database();
});
beforeEach(async () => {
  mailing = await Mailing.start(db);
});
afterEach(() => mailing.end());

test("Korean arrives as it was written, as plain text and as HTML, encrypted, under the message's id", async () => {
  await mailing.know("kim");
  await mailing.write("kim");
  await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  const [mail] = mailing.server.mails;
  expect(mail).toMatchObject({ to: ["kim@example.com"], secure: true });
  expect(mail!.headers).toMatchObject({
    subject: "주문이 완료되었습니다: 청자 찻잔",
    from: "온라인 상점 <shop@example.com>",
    to: "김철수 <kim@example.com>",
    "message-id": idOf("kim"),
    "content-language": "ko",
    "auto-submitted": "auto-generated",
  });
  expect(mail!.text).toContain("김철수 님, 안녕하세요.\n\n주문해 주셔서 감사합니다.");
  expect(mail!.text).toContain("주문 상품: 청자 찻잔 × 2개\n총 상품 금액: ₩36,000");
  expect(mail!.html).toContain("주문 상품: 청자 찻잔 × 2개<br>");
});

test("what people are called can't begin another header", async () => {
  const nickname = "Kim\r\nBcc: everybody@example.com\r\n\r\nHello";
  await db.transaction((tx) => noteRecipients(tx, [{ userId: "kim", email: "kim@example.com", nickname, language: "en", heardAt: 1 }]));
  const items = [{ ...order.items[0], name: "Mug\r\nBcc: all@example.com" }];
  const facts = JSON.stringify({ ...order, items, userId: "kim" });
  await db.transaction((tx) => insertMessages(tx, [{ eventId: "e1", userId: "kim", kind: "order.completed", facts }]));
  await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  expect(mailing.server.mails[0]!.to).toEqual(["kim@example.com"]);
  expect(mailing.server.mails[0]!.headers).not.toHaveProperty("bcc");
  expect(mailing.server.mails[0]!.headers.subject).toBe("Your order is complete: Mug Bcc: all@example.com");
});

test("a server that puts a sender off (4xx) gets the message again until it takes it", async () => {
  let refusals = 2;
  mailing.server.onRecipient = () => (refusals-- > 0 ? reply(451, "4.7.1 greylisted, come back later") : undefined);
  await mailing.know("kim");
  await mailing.write("kim");
  await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  expect(mailing.idsAtServer).toEqual([idOf("kim")]);
  expect(await mailing.row("kim")).toMatchObject({ attempts: 3, failed_at: null, error: null });
  expect(mailing.warnings[0]).toMatch(/^1 of 1 messages were not taken and will be tried again: .*451 4\.7\.1 greylisted/);
});

test("a connection that breaks before the server has taken the mail: it goes out on another", async () => {
  let breaks = 2;
  mailing.server.onMail = () => {
    if (breaks-- > 0) {
      mailing.server.cut();
      return reply(451, "cut");
    }
  };
  await mailing.know("kim");
  await mailing.write("kim");
  await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  expect(mailing.idsAtServer).toEqual([idOf("kim")]);
  expect(await mailing.row("kim")).toMatchObject({ attempts: 3 });
});

test("a connection that breaks after the server has taken the mail: it comes twice, under one Message-ID", async () => {
  let breaks = 1;
  mailing.server.onMail = (mail) => {
    if (breaks-- > 0) {
      mailing.server.mails.push(mail);
      mailing.server.cut();
      return reply(451, "cut");
    }
  };
  await mailing.know("kim");
  await mailing.write("kim");
  await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  expect(mailing.idsAtServer).toEqual([idOf("kim"), idOf("kim")]);
});

test("a server that falls silent is given up after a while, and asked again", async () => {
  let silences = 1;
  mailing.server.onMail = () => (silences-- > 0 ? new Promise<void>(() => undefined) : undefined);
  await mailing.know("kim");
  await mailing.write("kim");
  await mailing.send({ timeouts: { ...smtpTimeouts, socketTimeout: 1_000 } });
  await waitFor(() => mailing.sent("kim"));
  expect(mailing.idsAtServer).toEqual([idOf("kim")]);
  expect(mailing.warnings[0]).toMatch(/Timeout/);
});

test("nobody there: the message waits until there is", async () => {
  const dead = { ...mailing.settings(), port: 1 };
  await mailing.know("kim");
  await mailing.write("kim");
  const sender = await mailing.send({ settings: dead });
  await waitFor(async () => (await mailing.row("kim")).attempts > 2);
  await sender.stop();
  expect(mailing.warnings[0]).toContain("ECONNREFUSED");
  await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  expect(mailing.idsAtServer).toEqual([idOf("kim")]);
});

test("a process that dies while the server has the mail: the next one sends it again, under the same Message-ID, and no third time", async () => {
  await mailing.know("kim");
  await mailing.write("kim");
  const lost = jest.spyOn(db, "transaction");
  const taken = deferred();
  mailing.server.onMail = () => {
    lost.mockImplementation(() => Promise.reject(new Error("the process is dead")));
    taken.resolve();
  };
  const sender = await mailing.send();
  await taken.promise;
  await sender.stop();
  lost.mockRestore();
  mailing.server.onMail = () => undefined;
  await db.transaction((tx) => tx.execute("update notification set next_at = 0")); // the lease has run out
  const next = await mailing.send();
  await waitFor(() => mailing.sent("kim"));
  await next.stop();
  expect(mailing.idsAtServer).toEqual([idOf("kim"), idOf("kim")]);
});

test("a sender that is stopped lets go of a server that is silent, closes its connections, and loses nothing", async () => {
  const asked = deferred();
  mailing.server.onMail = () => (asked.resolve(), new Promise<void>(() => undefined));
  await mailing.know("kim");
  await mailing.write("kim");
  const sender = await mailing.send({ stopMs: 20, timeouts: { ...smtpTimeouts, socketTimeout: 600_000 } });
  await asked.promise;
  await sender.stop();
  await waitFor(() => mailing.server.open() === 0, { what: "the connections to be closed" });
  expect(await mailing.row("kim")).toMatchObject({ sent_at: null, failed_at: null, next_at: expect.any(Number) });
});

test("connections are kept for the next message, and closed with the sender", async () => {
  const all = Array.from({ length: 20 }, (_, n) => `user${n}`);
  let most = 0;
  mailing.server.onMail = () => void (most = Math.max(most, mailing.server.open()));
  await mailing.know(...all);
  await mailing.write(...all);
  const sender = await mailing.send();
  await waitFor(() => mailing.sent(...all));
  expect(mailing.idsAtServer.toSorted()).toEqual(all.map(idOf).toSorted());
  expect(most).toBeLessThanOrEqual(5);
  await sender.stop();
  await waitFor(() => mailing.server.open() === 0, { what: "the connections to be closed" });
});

describe("a customer whose address is not known", () => {
  test("is waited for, without the server being asked, and written to in his language when it is", async () => {
    await mailing.write("kim");
    await mailing.send();
    await waitFor(async () => (await mailing.row("kim")).attempts > 2);
    expect(await mailing.row("kim")).toMatchObject({ failed_at: null, error: "the customer's e-mail address is not known" });
    expect(mailing.server.open()).toBe(0);
    await mailing.know("kim");
    await waitFor(() => mailing.sent("kim"));
    expect(mailing.server.mails[0]!.headers.subject).toMatch(/^주문이/);
  });

  test("is not waited for for ever", async () => {
    await mailing.write("kim", "lee");
    const age = (userId: string, ms: number) =>
      db.transaction((tx) => tx.execute("update notification set created_at = ? where user_id = ?", [Date.now() - ms, userId]));
    await age("kim", timings.addressMs);
    await age("lee", timings.addressMs - 3_600_000);
    await mailing.send();
    await waitFor(async () => (await mailing.row("kim")).failed_at !== null);
    expect(await mailing.row("kim")).toMatchObject({ next_at: null, error: "the customer's e-mail address is not known" });
    await waitFor(async () => (await mailing.row("lee")).attempts > 1);
    expect(await mailing.row("lee")).toMatchObject({ failed_at: null });
    expect(mailing.warnings.join()).toContain("are given up");
  });
});
