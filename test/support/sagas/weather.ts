/** What goes wrong in a simulation, and how often: another mixture for each seed, as what is rare everywhere is seen nowhere. */
import type { Dice } from "../random";

/** The greatest share of the occasions in which it happens. */
const worst = {
  /** A message, or its answer, never arrives. */
  lost: 0.2,
  /** A message arrives a second time, at a time of its own. */
  repeated: 0.3,
  /** It takes so long that its sender has given it up. */
  slow: 0.15,
  /** It arrives when all is over. */
  veryLate: 0.1,
  /** The process of an engine, or of a participant, dies at a boundary. */
  killed: 0.04,
  participantKilled: 0.04,
  /** An engine's process stands still there: some seconds, or past its lease. */
  frozen: 0.05,
  /** A transaction fails, or its commit is not acknowledged. */
  databaseError: 0.1,
  /** An engine's clock is wrong: by seconds, or by so much that deadlines are over. */
  wrongClock: 0.3,
  /** The provider does not know yet, or is away. */
  providerDoubts: 0.6,
  providerDeclines: 0.3,
  /** A step refuses. */
  refused: 0.4,
} as const;

export type Mishap = keyof typeof worst;

export class Weather {
  readonly #shares: Record<Mishap, number>;
  /** How often each has happened. */
  readonly happened = Object.fromEntries(Object.keys(worst).map((mishap) => [mishap, 0])) as Record<Mishap, number>;
  #calm = false;

  constructor(private readonly dice: Dice) {
    const share = (most: number) => (dice.chance(0.4) ? 0 : most * (dice.int(1, 100) / 100));
    this.#shares = Object.fromEntries(Object.entries(worst).map(([mishap, most]) => [mishap, share(most)])) as Record<Mishap, number>;
  }

  has(mishap: Mishap): boolean {
    if (this.#calm || !this.dice.chance(this.#shares[mishap])) return false;
    this.happened[mishap] += 1;
    return true;
  }

  /** From now on everything goes well. */
  clear(): void {
    this.#calm = true;
  }
}
