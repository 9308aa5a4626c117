/** Rankings that the nodes of a shop share, in Redis. It may be away or lose everything at any time: then whoever asks is told so. */
import { randomUUID } from "node:crypto";

import type { Redis } from "ioredis";

import type { Period } from "./period";
import { type Change, type Loaded, mostEarly, type PeriodSale, type Ranking, type TallyState, type Top } from "./ranking";
import { addChange, drop, readPlaces, release, stage, swap } from "./redis-scripts";
import { nameOf, type PeriodSet, setsOf } from "./sets";

const dayMs = 86_400_000;
/** Longer than a period is held (two months at most): a set that nobody has removed until then belongs to a shop that is gone. */
const keepMs = 70 * dayMs;
/** For how long a change waits for one that is missing. */
const earlyMs = 60_000;
/** How long one node has to load it before another may. */
const loadMs = 10_000;
/** How many members travel in one command. */
const atOnce = 500;
/** How often all that is held is read before it has stood still meanwhile. */
const looks = 5;

/** @param prefix of its keys, e.g. `commerce:bestseller`; they lie in one slot of a cluster. */
export function createRedisRanking(redis: Redis, prefix: string): Ranking {
  const key = (name: string) => `${prefix}:{ranking}:${name}`;
  const keys = [key("state"), key("early")];
  const common = [key(""), keepMs];

  async function put({ tally, version, lastAt, since, sales }: Loaded, staged: string): Promise<void> {
    const names: string[] = [];
    for (const { name, span, sold } of setsOf(sales)) {
      const scored = [...sold].filter(([, pieces]) => pieces !== 0).map(([productId, pieces]) => [-pieces, productId]);
      if (span.first < since || scored.length === 0) continue;
      for (let at = 0; at < scored.length; at += atOnce)
        await stage(redis, [staged + name], [loadMs, ...scored.slice(at, at + atOnce).flat()]);
      names.push(name);
    }
    await swap(redis, keys, [...common, staged, tally, version, lastAt ?? "", since, ...names]);
  }

  /** All members of all sets; undefined when the state was not the same all the while. */
  async function readAll(state: Record<string, string>): Promise<PeriodSale[] | undefined> {
    const sales: PeriodSale[] = [];
    for (const field of Object.keys(state)) {
      const [kind, period, first] = field.split(":");
      if (kind !== "set" || first === undefined) continue;
      for (let at = 0, more = true; more; at += atOnce) {
        const members = await redis.zrange(key(`${period}:${first}`), at, at + atOnce - 1, "WITHSCORES");
        for (const [productId, score] of pairs(members)) sales.push({ period: period as Period, first, productId, sold: -score });
        more = members.length === 2 * atOnce;
      }
    }
    const [tally, version] = await redis.hmget(key("state"), "tally", "version");
    return tally === state.tally && version === state.version ? sales : undefined;
  }

  return {
    async load(read) {
      const [loading, token] = [key("loading"), randomUUID()];
      if ((await redis.set(loading, token, "PX", loadMs, "NX")) !== "OK") return false;
      try {
        await put(await read(), key(`staged:${token}:`));
      } finally {
        // Nobody waits for it: it lapses by itself, and a failure is that of the commands before.
        release(redis, [loading], [token]).catch(() => undefined);
      }
      return true;
    },
    async add(change) {
      return (await addChange(redis, keys, [...common, change.tally, change.version, textOf(change), mostEarly, earlyMs])) === 1;
    },
    async top(span, limit) {
      const answer = await readPlaces(redis, keys, [...common, nameOf(span), span.first, limit]);
      return answer === null ? undefined : topOf(answer as Answer);
    },
    async drop({ tally, version }) {
      await drop(redis, keys, [...common, tally, version]);
    },
    async held() {
      for (let look = 0; look < looks; look++) {
        const state = await redis.hgetall(key("state"));
        const { tally, version, lastAt, since } = state;
        if (tally === undefined || since === undefined) return undefined;
        const sales = await readAll(state);
        if (sales) return { ...stateOf(tally, version, lastAt), since, sales };
      }
      throw new Error("the ranking changes too often to be read as a whole");
    },
  };
}

/** What `readPlaces` answers: tally, version, lastAt, since, and the places where the period is held. */
type Answer = [string, string, string, string, string[]?];

function topOf([tally, version, lastAt, since, places]: Answer): Top {
  const found = places && pairs(places).map(([productId, score]) => ({ productId, sold: -score }));
  return { ...stateOf(tally, version, lastAt), since, places: found };
}

const stateOf = (tally: string, version: string | undefined, lastAt: string | undefined): TallyState => ({
  tally,
  version: Number(version),
  ...(lastAt && { lastAt: Number(lastAt) }),
});

/** A change as `addChange` reads it. */
function textOf({ version, lastAt = 0, sales }: Change): string {
  const moves = ({ sold }: PeriodSet) => [...sold].filter(([, pieces]) => pieces !== 0);
  return JSON.stringify({
    version,
    lastAt,
    sets: setsOf(sales).map((set) => ({ name: set.name, first: set.span.first, moves: moves(set) })),
  });
}

function pairs(flat: readonly string[]): [member: string, score: number][] {
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at] ?? "", Number(flat[2 * at + 1])]);
}
