import type { Database } from "../../mixins/database";
import { pause } from "../../mixins/waiting";
import { type Difference, differencesOf } from "./differences";
import type { Held, Ranking } from "./ranking";
import { readSales, readState } from "./tally";

/** What is committed before needs a moment to arrive in the ranking: two turns of the event loop, or a command to Redis. */
const looks = 20;
const betweenLooksMs = 5;

/**
 * Where the ranking differs from the tally; undefined when it can't be read or doesn't come to the tally's version, so that the tally answers.
 * While the transaction lasts nobody adds to the tally. A ranking that lacks what was committed, or has lost all, is loaded anew, as it is for
 * readers: so what differs at one version is no order on its way.
 */
export function auditOf(db: Database, ranking: Ranking, load: () => Promise<void>): Promise<Difference[] | undefined> {
  return db.transaction(
    async (tx) => {
      const state = await readState(tx, { lock: true });
      const isThere = ({ tally, version }: Held) => tally === state.tally && version === state.version;
      for (let look = 1; look <= 2 * looks; look++) {
        const held = await ranking.held().catch(() => undefined); // who reads meets the same, and tells of it
        if (held && isThere(held)) return differencesOf(held.sales, await readSales(tx, held.since), held.since);
        if (look % looks === 0) await load();
        else await pause(betweenLooksMs);
      }
      return undefined;
    },
    { durable: false },
  );
}
