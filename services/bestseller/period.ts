/** Calendar periods. A calendar day is text, `2026-11-24`: such texts compare as days do. */
import type { z } from "zod";

import { period } from "./bestseller.contract";

export type Period = z.output<typeof period>;
export const periods: readonly Period[] = period.options;

/** A period by its first and its last day. */
export interface Span {
  period: Period;
  first: string;
  last: string;
}

const dayMs = 86_400_000;
const calendars = new Map<string, Intl.DateTimeFormat>();

/** The calendar day on which that moment (ms since the epoch) falls in the time zone. */
export function dayOf(at: number, timeZone: string): string {
  let calendar = calendars.get(timeZone);
  if (!calendar) {
    calendar = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    calendars.set(timeZone, calendar);
  }
  const part = Object.fromEntries(calendar.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}`;
}

/** The day itself, the ISO week (Monday to Sunday) or the month that holds it. */
export function spanOf(period: Period, day: string): Span {
  if (period === "day") return { period, first: day, last: day };
  if (period === "week") {
    const monday = plusDays(day, -((weekday(day) + 6) % 7));
    return { period, first: monday, last: plusDays(monday, 6) };
  }
  const first = `${day.slice(0, 7)}-01`;
  return { period, first, last: plusDays(`${plusDays(first, 31).slice(0, 7)}-01`, -1) };
}

/** 0 is Sunday. */
function weekday(day: string): number {
  return new Date(Date.parse(day)).getUTCDay();
}

function plusDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
}
