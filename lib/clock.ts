/** The node's clock, ms since the epoch, for `lib/` and the services. Mixins have clocks of their own; leases go by the database's. */
export const now = (): number => Date.now();

/** A time of a table (ms since the epoch) as it goes over the wire. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * Now, but in any case later than what has happened already: a clock may be set back, and those of two nodes differ. Times in ms since the
 * epoch or as ISO 8601.
 */
export function timeAfter(happened: readonly (number | string)[]): number {
  return happened.reduce<number>((latest, time) => Math.max(latest, (typeof time === "number" ? time : Date.parse(time)) + 1), now());
}
