/** Calendar days of a time zone, `2026-11-24`. */
export class Calendar {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  }

  /** `at` in ms since the epoch. */
  dayOf(at: number): string {
    return this.#format.format(at);
  }
}
