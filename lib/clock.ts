/** The node's clock, ms since the epoch, for `lib/` and the services. Mixins have clocks of their own; leases go by the database's. */
export const now = (): number => Date.now();

/** A time of a table (ms since the epoch) as it goes over the wire. */
export const iso = (ms: number): string => new Date(ms).toISOString();
