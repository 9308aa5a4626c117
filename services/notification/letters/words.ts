import type { Language } from "../../../lib/language";
import { english } from "./english";
import { korean } from "./korean";
import type { Kind } from "./news";

/** Why an order fails, as far as a customer is told: the refusals of `order.place`. */
export type Reason =
  | "PRODUCT_NOT_FOUND"
  | "PRODUCT_OUT_OF_STOCK"
  | "USER_COUPON_NOT_FOUND"
  | "COUPON_NOT_USABLE"
  | "POINT_INSUFFICIENT"
  | "PAYMENT_DECLINED"
  | "ORDER_TIMED_OUT"
  | "UNAVAILABLE";

/**
 * What letters are made of in one language. Names and numbers stand behind labels rather than in sentences: in Korean a particle depends on
 * the last sound of what it follows, which nobody knows of a product's name.
 */
export interface Words {
  greeting(nickname: string): string;
  /** `goods` is the first of them, and how many more. */
  subject: Readonly<Record<Kind, (goods: string) => string>>;
  /** The sentences before the facts. */
  lead: Readonly<Record<Kind, string>>;
  goods(first: string, more: number): string;
  item(name: string, quantity: number): string;
  moreItems(count: number): string;
  labels: Readonly<
    Record<
      "order" | "placedAt" | "items" | "total" | "coupon" | "points" | "card" | "onDelivery" | "reason" | "backToCard" | "backToPoints",
      string
    >
  >;
  reasons: Readonly<Record<Reason, string>>;
  couponIsBack: string;
  nothingToPay: string;
}

/** A language without its words doesn't compile. */
export const wordsOf: Readonly<Record<Language, Words>> = { en: english, ko: korean };
