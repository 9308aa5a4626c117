/** What was made for a run and goes with it, whatever becomes of the run: processes, schemas, folders. */
export class Lifetime {
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(
    /** The run was called off. Whoever waits for something that may take long listens to it. */
    readonly signal: AbortSignal,
  ) {}

  atEnd(step: () => Promise<void>): void {
    this.#ends.push(step);
  }

  /** Takes every step, the last one first, and throws what the first that failed threw. */
  async end(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#ends.pop(); step; step = this.#ends.pop()) await step().catch((error: unknown) => errors.push(error));
    if (errors.length) throw errors[0];
  }
}
