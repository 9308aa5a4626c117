/** Money is an integer in the currency's minor unit (KRW has none: 1 = ₩1), at most 2⁵³ − 1. */
import { z } from "zod";

import { defaultLanguage, type Language } from "./language";

/** The currencies that the shop deals in, by ISO 4217. */
export const currency = z.enum(["KRW"]);
export type Currency = z.output<typeof currency>;
/** The currency of prices and wallets, as long as nobody can choose one. */
export const defaultCurrency: Currency = "KRW";

/** An amount of zero or more. */
export const money = z.int().min(0);
/** An amount of one or more. */
export const positiveMoney = z.int().min(1);

/** The sum, or undefined when it can't be held exactly. */
export function safeSum(...amounts: number[]): number | undefined {
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/** The product of a price and a quantity, or undefined when it can't be held exactly. */
export function safeProduct(price: number, quantity: number): number | undefined {
  const product = price * quantity;
  return Number.isSafeInteger(product) ? product : undefined;
}

const formats = new Map<string, Intl.NumberFormat>();

/** An amount as people read it in a language, e.g. `₩12,000`. */
export function formatMoney(amount: number, currency: Currency, language: Language = defaultLanguage): string {
  const key = `${language} ${currency}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(language, { style: "currency", currency });
  formats.set(key, format);
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0));
}
