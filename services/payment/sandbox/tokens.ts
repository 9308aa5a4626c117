/** How the sandbox answers a card. Times in ms from the first charge with the key. */
export interface Behaviour {
  approved: boolean;
  /** Until then the caller waits. */
  answersAfterMs: number;
  /** Until then the outcome is unknown. */
  knownAfterMs: number;
}

const behaviours = new Map<string, Behaviour>(
  Object.entries({
    tok_ok: { approved: true, answersAfterMs: 0, knownAfterMs: 0 },
    tok_declined: { approved: false, answersAfterMs: 0, knownAfterMs: 0 },
    tok_timeout: { approved: true, answersAfterMs: 0, knownAfterMs: 3_000 },
    tok_lost: { approved: false, answersAfterMs: 0, knownAfterMs: 3_000 },
    tok_slow: { approved: true, answersAfterMs: 2_000, knownAfterMs: 2_000 },
  }),
);

const unknownCard: Behaviour = { approved: false, answersAfterMs: 0, knownAfterMs: 0 };

/** A card that the sandbox doesn't know is declined. */
export function behaviourOf(token: string): Behaviour {
  return behaviours.get(token) ?? unknownCard;
}
