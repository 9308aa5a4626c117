const seconds = 60;

/** Counts what was sent in the last minute, second by second. */
export class SentLately {
  readonly #counts = new Array<number>(seconds).fill(0);
  /** The second up to which `#counts` is right. */
  #second: number;

  constructor(
    /** Hears of everything that is added. */
    private readonly tell: (count: number) => void = () => undefined,
    /** Ms that only rise. */
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.#second = this.#now();
  }

  add(count: number): void {
    if (count === 0) return;
    this.#forget();
    this.#counts[this.#second % seconds]! += count;
    this.tell(count);
  }

  count(): number {
    this.#forget();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #now(): number {
    return Math.floor(this.clock() / 1_000);
  }

  #forget(): void {
    const now = this.#now();
    const from = Math.max(this.#second + 1, now - seconds + 1);
    for (let second = from; second <= now; second++) this.#counts[second % seconds] = 0;
    this.#second = now;
  }
}
