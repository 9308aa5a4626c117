import { type AnyBoundary, errorAt, type FaultKind, type Place, textOf } from "./faults";

/** The first strikes the first owner; the second, if there is one, whoever recovers. */
export type Plan = readonly { kind: FaultKind; at: Place }[];

const outageMs = 30_000;

/** Counts the boundaries that a run passes, and knows which fault is planned for which. */
export class Script {
  /** The boundaries until the first fault, or to the end; then until the second. */
  readonly places: Place[][] = [[]];
  readonly #counts = new Map<string, number>();
  #struck = 0;
  /** What can't be reached, and until when. */
  #away: { from: AnyBoundary; until: number } | undefined;
  #over = false;

  constructor(
    private readonly plan: Plan,
    private readonly now: () => number,
  ) {}

  /** What befalls the process that passes. Throws what it meets there instead of an answer. */
  at({ kind, what, side }: AnyBoundary): FaultKind | undefined {
    if (this.#over) return undefined;
    const { from, until } = this.#away ?? { until: 0 };
    if (from?.kind === kind && from.what === what && from.side === side && this.now() < until) throw errorAt(from);
    const name = `${kind} ${what} ${side}`;
    const nth = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, nth);
    const place = { kind, what, side, nth };
    this.places.at(-1)?.push(place);
    const next = this.plan[this.#struck];
    if (next?.at.kind !== kind || textOf(next.at) !== textOf(place)) return undefined;
    this.#strike(next.kind, place);
    return next.kind;
  }

  #strike(kind: FaultKind, place: Place): void {
    this.#struck++;
    this.places.push([]);
    this.#counts.clear();
    if (kind === "outage") this.#away = { from: place, until: this.now() + outageMs };
    if (kind === "outage" || kind === "error") throw errorAt(place);
  }

  /** What has struck last. */
  get struck(): FaultKind | undefined {
    return this.plan[this.#struck - 1]?.kind;
  }

  /** What was planned and did not come. */
  get missed(): Place | undefined {
    return this.plan[this.#struck]?.at;
  }

  /** The saga has come to its end: there are no more boundaries. */
  end(): void {
    this.#over = true;
  }
}
