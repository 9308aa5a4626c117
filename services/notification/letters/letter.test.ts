import { language } from "../../../lib/language";
import { order } from "../../order/order.contract";
import { htmlOf } from "./html";
import { letterOf, oneLine } from "./letter";
import { kinds, type News, newsOf } from "./news";
import { wordsOf } from "./words";

type Completed = Extract<News, { kind: "order.completed" }>;
type Told = Completed["facts"];

const line = (name: string, quantity: number) => ({ productId: name, name, unitPrice: 10_000, quantity, lineTotal: 10_000 * quantity });

const told = (change: Partial<Told> = {}): Told => ({
  orderId: "o1",
  userId: "u1",
  items: [line("Mug", 2), line("Pot", 1)],
  amounts: { subtotal: 30_000, discount: 3_000, pointsUsed: 2_000, paid: 25_000, currency: "KRW" },
  payment: { method: "CARD" },
  userCouponId: "uc1",
  placedAt: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
  ...change,
});

const failure = { code: "PAYMENT_DECLINED", detail: "The card was declined" };
const news: Record<News["kind"], News> = {
  "order.completed": { kind: "order.completed", facts: told() },
  "order.failed": { kind: "order.failed", facts: { ...told(), failure } },
  "order.canceled": { kind: "order.canceled", facts: told() },
  "coupon.issued": { kind: "coupon.issued", facts: { couponId: "c1", userCouponId: "uc1", userId: "u1" } },
};
const completed = (facts: Told): News => ({ kind: "order.completed", facts });
const canceled = (facts: Told): News => ({ kind: "order.canceled", facts });
const english = { language: "en", timeZone: "UTC", nickname: "Kim" } as const;
const korean = { language: "ko", timeZone: "Asia/Seoul", nickname: "김철수" } as const;
const body = (one: News) => letterOf(one, english).body;

test("a complete order, in English", () => {
  expect(letterOf(news["order.completed"], english)).toEqual({
    subject: "Your order is complete: Mug and 1 more",
    body: [
      "Hello Kim,",
      "",
      "Thank you. Your order is complete.",
      "",
      "Order: o1",
      "Placed: January 1, 2026 at 12:00 AM UTC",
      "Goods: 2 × Mug, 1 × Pot",
      "In all: ₩30,000",
      "Off by coupon: ₩3,000",
      "From your points: ₩2,000",
      "By card: ₩25,000",
    ].join("\n"),
  });
});

test("the same order in Korean, by the clock of the shop", () => {
  expect(letterOf(news["order.completed"], korean)).toEqual({
    subject: "주문이 완료되었습니다: Mug 외 1건",
    body: [
      "김철수 님, 안녕하세요.",
      "",
      "주문해 주셔서 감사합니다. 주문이 완료되었습니다.",
      "",
      "주문 번호: o1",
      "주문 일시: 2026년 1월 1일 오전 9:00 GMT+9",
      "주문 상품: Mug × 2개, Pot × 1개",
      "총 상품 금액: ₩30,000",
      "쿠폰 할인: ₩3,000",
      "포인트 사용: ₩2,000",
      "카드 결제: ₩25,000",
    ].join("\n"),
  });
});

const plain = { subtotal: 30_000, discount: 0, pointsUsed: 0, paid: 30_000, currency: "KRW" as const };
const method = (method: Told["payment"]["method"]) => ({ payment: { method }, amounts: plain, userCouponId: undefined });

test.each<[string, Told, string]>([
  ["cash", told(method("CASH")), "In all: ₩30,000\nTo pay on delivery: ₩30,000"],
  ["points alone, two sums of one balance", told({ payment: { method: "POINT" } }), "Off by coupon: ₩3,000\nFrom your points: ₩27,000"],
  ["nothing but a coupon", told({ amounts: { ...plain, discount: 30_000, paid: 0 } }), "In all: ₩30,000\nOff by coupon: ₩30,000"],
])("a complete order: %s", (_what, facts, end) => {
  expect(body(completed(facts)).endsWith(end)).toBe(true);
});

test("many products: the first three by name", () => {
  const items = ["A", "B", "C", "D", "E"].map((name) => line(name, 1));
  expect(body(completed(told({ items })))).toContain("1 × A, 1 × B, 1 × C, 2 more\n");
  expect(letterOf(completed(told({ items })), korean).body).toContain("A × 1개, B × 1개, C × 1개, 외 2건\n");
});

test("the largest amount is told to the last digit", () => {
  const most = Number.MAX_SAFE_INTEGER;
  expect(body(completed(told({ ...method("CARD"), amounts: { ...plain, subtotal: most, paid: most } })))).toContain(
    "By card: ₩9,007,199,254,740,991",
  );
});

test("an order that failed: why, and that nothing was taken", () => {
  expect(body(news["order.failed"])).toContain("Nothing was taken from you.");
  expect(body(news["order.failed"])).toContain("Reason: The payment was declined.");
  expect(letterOf(news["order.failed"], korean).body).toContain("사유: 결제가 승인되지 않았습니다.");
});

test("a failure of a code that came later than the words is trouble in general", () => {
  const later: News = { kind: "order.failed", facts: { ...told(), failure: { code: "toString", detail: "?" } } };
  expect(body(later)).toContain(`Reason: ${wordsOf.en.reasons.UNAVAILABLE}`);
});

test.each<[string, Told, string]>([
  ["coupon, points and card", told(), "Back on your card: ₩25,000\nBack to your points: ₩2,000\n\nYour coupon can be used again."],
  ["cash", told(method("CASH")), "In all: ₩30,000\n\nThere is nothing to pay any more."],
  ["points", told(method("POINT")), "In all: ₩30,000\nBack to your points: ₩30,000"],
])("a cancelled order: %s", (_what, facts, end) => {
  expect(body(canceled(facts)).endsWith(end)).toBe(true);
});

describe.each(language.options)("in %s", (one) => {
  const writing = { language: one, timeZone: "Asia/Seoul", nickname: "K" };

  test.each(kinds)("%s: every fact stands in it, and the greeting only when the name is known", (kind) => {
    const { subject, body } = letterOf(news[kind], writing);
    expect(subject).not.toBe("");
    const facts: Record<News["kind"], string[]> = {
      "order.completed": ["o1", "2026", "Mug", "Pot", "₩30,000", "₩3,000", "₩2,000", "₩25,000"],
      "order.failed": ["o1", "2026", "Mug", "Pot", "₩30,000", wordsOf[one].reasons.PAYMENT_DECLINED],
      "order.canceled": ["o1", "2026", "Mug", "Pot", "₩30,000", "₩2,000", "₩25,000", wordsOf[one].couponIsBack],
      "coupon.issued": [],
    };
    for (const fact of facts[kind]) expect(body).toContain(fact);
    const anonymous = letterOf(news[kind], { ...writing, nickname: undefined }).body;
    expect(body).toBe(`${wordsOf[one].greeting("K")}\n\n${anonymous}`);
  });

  test("every refusal of an order has its reason", () => {
    const technical = ["IDEMPOTENCY_IN_FLIGHT", "IDEMPOTENCY_KEY_REUSED"];
    const told = (order.$actions.place.refuses ?? []).filter((code) => !technical.includes(code));
    expect(Object.keys(wordsOf[one].reasons).toSorted()).toEqual(told.toSorted());
  });
});

test("names from people stay on their line, and subjects within their column", () => {
  const items = [line(`Mug\r\nBcc: everybody@example.com\u2028${"가".repeat(300)}`, 1)];
  const { subject, body } = letterOf(completed(told({ items })), { ...english, nickname: "Kim\r\n\r\nSend money" });
  expect(subject).toMatch(/^Your order is complete: Mug Bcc: everybody@example\.com 가+…$/);
  expect(subject.length).toBeLessThanOrEqual(200);
  expect(body.split("\n")[0]).toBe("Hello Kim Send money,");
  expect(oneLine("  👩‍🍳 a\tb  ", 10)).toBe("👩‍🍳 a b");
  expect(oneLine("😀😀😀", 2)).toBe("😀…");
});

test("HTML says what the plain text says, and nothing that people put into their names", () => {
  const letter = letterOf(completed(told({ items: [line(`<script>"'&`, 1)] })), { ...korean, nickname: "<b>" });
  const html = htmlOf(letter, "ko");
  expect(html).toContain('<html lang="ko">');
  expect(html).not.toMatch(/<script|<b>/);
  const text = html
    .slice(html.indexOf("<body>"))
    .replace(/<\/p>\n<p>/g, "\n\n")
    .replace(/<[^>]+>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .trim();
  expect(text).toBe(letter.body);
});

test("what was kept of an event is read back; of one that this version doesn't know nothing is written", () => {
  for (const { kind, facts } of Object.values(news)) expect(newsOf(kind, JSON.stringify({ ...facts, later: 1 }))).toEqual({ kind, facts });
  for (const kind of ["order.eaten", "toString"]) expect(() => newsOf(kind, "{}")).toThrow(kind);
});
