/** What customers are told, in words. Pure. */
import type { Language } from "../../../lib/language";
import { formatMoney } from "../../../lib/money";
import type { News } from "./news";
import { type Reason, type Words, wordsOf } from "./words";

/** Plain text; the subject is one line. */
export interface Letter {
  subject: string;
  body: string;
}

/** How a letter is written. */
export interface Writing {
  language: Language;
  /** Of the dates in it. */
  timeZone: string;
  /** Whom it greets; nobody when it isn't known. */
  nickname: string | undefined;
}

type OrderNews = Exclude<News, { kind: "coupon.issued" }>;
type Row = readonly [label: string, value: string];

/** The letter that tells the news. The facts are chosen here, once for all languages. */
export function letterOf(news: News, { language, timeZone, nickname }: Writing): Letter {
  const words = wordsOf[language];
  const greeting = nickname === undefined ? [] : [words.greeting(oneLine(nickname, 50))];
  const lead = words.lead[news.kind];
  if (news.kind === "coupon.issued") return { subject: words.subject[news.kind](""), body: paragraphs(greeting, [lead]) };
  const money = (amount: number) => formatMoney(amount, news.facts.amounts.currency, language);
  const { rows, ending } = amountsOf(news, words, money);
  return {
    subject: words.subject[news.kind](goodsOf(news, words)),
    body: paragraphs(greeting, [lead], [...orderOf(news, words, language, timeZone), ...rows].map(lineOf), ending),
  };
}

function orderOf({ facts: { orderId, placedAt, items } }: OrderNews, words: Words, language: Language, timeZone: string): Row[] {
  const mostNames = 3;
  const named = items.slice(0, mostNames).map(({ name, quantity }) => words.item(oneLine(name, 200), quantity));
  const more = items.length - named.length;
  return [
    [words.labels.order, orderId],
    [words.labels.placedAt, formatTime(placedAt, language, timeZone)],
    [words.labels.items, [...named, ...(more > 0 ? [words.moreItems(more)] : [])].join(", ")],
  ];
}

/** What it cost, or what comes back, or why it failed; and what is to be said after that. */
function amountsOf(news: OrderNews, words: Words, money: (amount: number) => string): { rows: Row[]; ending: string[] } {
  const { labels } = words;
  const { facts } = news;
  const { points, rest } = sharesOf(news);
  const total: Row = [labels.total, money(facts.amounts.subtotal)];
  if (news.kind === "order.failed") return { rows: [total, [labels.reason, reasonOf(news.facts.failure.code, words)]], ending: [] };
  const sum = (label: string, amount: number): Row[] => (amount > 0 ? [[label, money(amount)]] : []);
  const byCard = facts.payment.method === "CARD";
  if (news.kind === "order.completed") {
    const settled = [...sum(labels.coupon, facts.amounts.discount), ...sum(labels.points, points)];
    return { rows: [total, ...settled, ...sum(byCard ? labels.card : labels.onDelivery, rest)], ending: [] };
  }
  const back = [...sum(labels.backToCard, byCard ? rest : 0), ...sum(labels.backToPoints, points)];
  const ending = [facts.userCouponId !== undefined && words.couponIsBack, !byCard && rest > 0 && words.nothingToPay];
  return { rows: [total, ...back], ending: ending.filter((sentence) => sentence !== false) };
}

/** What comes from the customer's points, and what he pays otherwise. With POINT the points pay all of it. */
function sharesOf({ facts: { amounts, payment } }: OrderNews): { points: number; rest: number } {
  const { pointsUsed, paid } = amounts;
  return payment.method === "POINT" ? { points: pointsUsed + paid, rest: 0 } : { points: pointsUsed, rest: paid };
}

function goodsOf({ facts: { items } }: OrderNews, words: Words): string {
  const [first] = items;
  return first ? words.goods(oneLine(first.name, 60), items.length - 1) : "";
}

/** A code that came later than these words is trouble in general. */
function reasonOf(code: string, { reasons }: Words): string {
  return Object.hasOwn(reasons, code) ? reasons[code as Reason] : reasons.UNAVAILABLE;
}

/** A time (ISO 8601) as people read it, with its zone, e.g. `January 1, 2026 at 9:00 AM GMT+9`. */
function formatTime(time: string, language: Language, timeZone: string): string {
  const parts = { year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" } as const;
  return new Intl.DateTimeFormat(language, { ...parts, timeZone }).format(new Date(time));
}

/** Names come from people: a line break in one must not begin another header of a mail, nor another line of its text. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : line;
}

const lineOf = ([label, value]: Row) => `${label}: ${value}`;

const paragraphs = (...lines: readonly (readonly string[])[]) =>
  lines
    .filter(({ length }) => length > 0)
    .map((some) => some.join("\n"))
    .join("\n\n");
