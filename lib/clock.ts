/** The node's clock, ms since the epoch: the one place where services ask for the time. Leases compare with the database's clock instead. */
export const now = (): number => Date.now();

/** A time of a table (ms since the epoch) as it goes over the wire. */
export const iso = (ms: number): string => new Date(ms).toISOString();
