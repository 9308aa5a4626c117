/** A length of time as definitions write it, e.g. `500ms`, `30s`, `2m`, `24h`, `7d`. */
export type Duration = `${number}${keyof typeof units}`;

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Throws on what isn't a whole number of one of the units: the type lets `1.5h` and `-1s` through. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(duration);
  if (!match) throw new Error(`not a duration: ${duration}`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
}
