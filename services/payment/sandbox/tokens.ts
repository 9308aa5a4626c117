/** How the sandbox answers a card. Times in ms from the first charge, or refund, with the key. */
export interface Behaviour {
  approved: boolean;
  /** Until then the caller waits. */
  answersAfterMs: number;
  /** Until then the outcome is unknown. */
  knownAfterMs: number;
  /** What becomes of a refund of the charge. */
  refund: { approved: boolean; knownAfterMs: number };
}

const good: Behaviour = { approved: true, answersAfterMs: 0, knownAfterMs: 0, refund: { approved: true, knownAfterMs: 0 } };
const declined: Behaviour = { ...good, approved: false };

const behaviours = new Map<string, Behaviour>(
  Object.entries({
    tok_ok: good,
    tok_declined: declined,
    tok_timeout: { ...good, knownAfterMs: 2_000 },
    tok_lost: { ...declined, knownAfterMs: 2_000 },
    tok_slow: { ...good, answersAfterMs: 2_000, knownAfterMs: 2_000 },
    tok_refund_declined: { ...good, refund: { approved: false, knownAfterMs: 0 } },
    tok_refund_timeout: { ...good, refund: { approved: true, knownAfterMs: 2_000 } },
  }),
);

/** A card that the sandbox doesn't know is declined. */
export function behaviourOf(token: string): Behaviour {
  return behaviours.get(token) ?? declined;
}
