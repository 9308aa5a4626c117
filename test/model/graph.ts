/** The states that were reached, by number, and which of them can come to an end. */
export class Graph {
  readonly #numbers = new Map<string, number>();
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #ends: number[] = [];

  get states(): number {
    return this.#numbers.size;
  }

  /** The number of a state that is new; undefined for one that was reached before. */
  reach(key: string, from: number | undefined): number | undefined {
    const known = this.#numbers.get(key);
    const number = known ?? this.#numbers.size;
    if (from !== undefined) {
      this.#from.push(from);
      this.#to.push(number);
    }
    if (known !== undefined) return undefined;
    this.#numbers.set(key, number);
    return number;
  }

  end(number: number): void {
    this.#ends.push(number);
  }

  /** How many states have no way to an end: found by going back from the ends. */
  stuck(): number {
    const before: number[][] = Array.from({ length: this.states }, () => []);
    this.#to.forEach((to, edge) => before[to]?.push(this.#from[edge] ?? 0));
    const reaches = new Uint8Array(this.states);
    for (const end of this.#ends) reaches[end] = 1;
    const queue = [...this.#ends];
    for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
      for (const earlier of before[state] ?? []) {
        if (reaches[earlier]) continue;
        reaches[earlier] = 1;
        queue.push(earlier);
      }
    }
    return reaches.reduce((count, can) => count - can, this.states);
  }
}
