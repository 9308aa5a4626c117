import { byPlace, type Change, mostEarly, type PeriodSale, type Place, type Ranking, type TallyState } from "./ranking";
import { nameOf, type PeriodSet, setsOf } from "./sets";

/** The places, when nothing was sold since they were asked for. */
type SortedSet = PeriodSet & { places?: Place[] };

interface Contents {
  state: TallyState;
  since: string;
  sets: Map<string, SortedSet>;
}

/** Rankings of one process. */
export function createMemoryRanking(): Ranking {
  let contents: Contents | undefined;
  const early = new Map<number, Change>();

  const isOf = (tally: string) => contents?.state.tally === tally;

  function advance(now: Contents): void {
    for (let next = early.get(now.state.version + 1); next; next = early.get(now.state.version + 1)) {
      early.delete(next.version);
      if (next.tally !== now.state.tally) continue;
      count(now, next);
      now.state = { tally: next.tally, version: next.version, lastAt: next.lastAt };
    }
  }

  return {
    async load(read) {
      const { tally, version, lastAt, since, sales } = await read();
      if (contents && isOf(tally) && contents.state.version >= version && contents.since >= since) return true;
      contents = { state: { tally, version, lastAt }, since, sets: new Map(setsOf(sales).map((set) => [set.name, set])) };
      for (const [at, change] of early) if (at <= version || change.tally !== tally) early.delete(at);
      advance(contents);
      return true;
    },
    async add(change) {
      if (contents && isOf(change.tally) && change.version <= contents.state.version) return true;
      if (early.size >= mostEarly) early.clear();
      early.set(change.version, change);
      if (!contents || !isOf(change.tally)) return false;
      advance(contents);
      return true;
    },
    async top(span, limit) {
      if (!contents) return undefined;
      const { state, since, sets } = contents;
      const set = span.first < since ? undefined : sets.get(nameOf(span));
      return { ...state, since, places: span.first < since ? undefined : set ? placesOf(set).slice(0, limit) : [] };
    },
    async drop({ tally, version }) {
      if (!isOf(tally) || contents?.state.version !== version) return;
      contents = undefined;
      early.clear();
    },
    async held() {
      if (!contents) return undefined;
      const { state, since, sets } = contents;
      return { ...state, since, sales: [...sets.values()].filter(({ span }) => span.first >= since).flatMap(salesOf) };
    },
  };
}

function count({ sets }: Contents, { sales }: Change): void {
  for (const { name, span, sold } of setsOf(sales)) {
    const set = sets.get(name) ?? { name, span, sold: new Map<string, number>() };
    for (const [productId, pieces] of sold) set.sold.set(productId, (set.sold.get(productId) ?? 0) + pieces);
    delete set.places;
    sets.set(name, set);
  }
}

function placesOf(set: SortedSet): Place[] {
  set.places ??= [...set.sold]
    .map(([productId, sold]) => ({ productId, sold }))
    .filter(({ sold }) => sold > 0)
    .sort(byPlace);
  return set.places;
}

function salesOf({ span: { period, first }, sold }: SortedSet): PeriodSale[] {
  return [...sold].filter(([, pieces]) => pieces !== 0).map(([productId, pieces]) => ({ period, first, productId, sold: pieces }));
}
