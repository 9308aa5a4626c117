/** Dead letters of a consumer as operators see them, and what they do to them (`operations.ts` says what each means). */
import type { By } from "../../by";
import type { Tx } from "../../database/types";
import { done, refused, type Outcome, type Refusal } from "../../outcome";
import { isPassing } from "../apply";
import { insertAudit, readAudit } from "./audit";
import { textOf } from "./message";
import { type DeadLetters, type DeadLetterAuditFilter, type DeadLetterFilter, refusal } from "./operations";
import type { DeadLetterDetails, DeadLetterStatus, Replay, ReplayChoice, ReplayStep, Within } from "./operations";
import { Replays, type ReplayOptions } from "./replays";
import { closeLetter, listLetters, listOpen, type OpenLetter, readLetter, statusOf } from "./rows";

const plainly: Within = (tx, work) => work(tx);
/** Of a dry run: nothing that is written under it stays. */
const nobody: By = { who: "", why: "" };

export class Desk implements DeadLetters {
  readonly #replays: Replays;

  constructor(private readonly options: ReplayOptions) {
    this.#replays = new Replays(options);
  }

  async list(filter: DeadLetterFilter): Promise<DeadLetterStatus[]> {
    const { db, consumer } = this.options;
    return (await listLetters(db, consumer, filter)).map(statusOf);
  }

  async show(id: string): Promise<DeadLetterDetails | undefined> {
    const { db, consumer } = this.options;
    const row = await readLetter(db, consumer, id);
    if (!row) return undefined;
    const headers = JSON.parse(row.headers) as Record<string, string>;
    return { ...statusOf(row), headers, payload: row.payload, audit: await this.audit({ letter: id }) };
  }

  audit(filter: DeadLetterAuditFilter) {
    return readAudit(this.options.db, this.options.consumer, filter);
  }

  async replay(id: string, by: By, within: Within = plainly): Promise<Outcome<Replay>> {
    const { db } = this.options;
    try {
      return await db.transaction((tx) => within(tx, async (tx) => outcomeOf(await this.#replays.run(tx, id, by))));
    } catch (error) {
      if (isPassing(error)) throw error;
      return db.transaction((tx) => within(tx, async (tx) => outcomeOf(await this.#replays.fail(tx, id, by, textOf(error)))));
    }
  }

  async replayAll(choice: ReplayChoice, by: By): Promise<ReplayStep> {
    const { letters, next } = await this.#step(choice);
    const replays: Replay[] = [];
    for (const { id } of letters) replays.push(replayOf(id, await this.replay(id, by)));
    return { replays, ...(next && { next }) };
  }

  async tryOut(id: string): Promise<Replay> {
    const [replay] = await this.#tryOut([id]);
    return replay!;
  }

  async tryOutAll(choice: ReplayChoice): Promise<ReplayStep> {
    const { letters, next } = await this.#step(choice);
    const replays = new Map<string, Replay>();
    for (const chain of new Set(letters.map((letter) => letter.chain))) {
      const ids = letters.filter((letter) => letter.chain === chain).map(({ id }) => id);
      for (const replay of await this.#tryOut(ids)) replays.set(replay.id, replay);
    }
    return { replays: letters.map(({ id }) => replays.get(id)!), ...(next && { next }) };
  }

  async discard(id: string, by: By, within: Within = plainly): Promise<Outcome<DeadLetterStatus>> {
    const { db, consumer, clock } = this.options;
    const work = async (tx: Tx): Promise<Outcome<DeadLetterStatus>> => {
      const row = await readLetter(tx, consumer, id, tx.dialect.forUpdate);
      if (!row) return refused(refusal.DEAD_LETTER_NOT_FOUND, `There is no dead letter ${id}`);
      if (row.state !== "OPEN") return refused(refusal.DEAD_LETTER_CLOSED, `It is ${row.state}`);
      const at = clock();
      await closeLetter(tx, row, "DISCARDED", at);
      await insertAudit(tx, row, by, { action: "discard", outcome: "DISCARDED", at });
      return done(statusOf({ ...row, state: "DISCARDED", closedAt: at }));
    };
    return db.transaction((tx) => within(tx, work));
  }

  /** Letters of one key, on top of each other, in a transaction that is rolled back. */
  async #tryOut(ids: readonly string[]): Promise<Replay[]> {
    const replays: Replay[] = [];
    const rollback = new Error("a dry run");
    try {
      await this.options.db.transaction(async (tx) => {
        replays.length = 0;
        for (const id of ids) replays.push(await this.#replays.run(tx, id, nobody));
        throw rollback;
      });
    } catch (error) {
      if (isPassing(error)) throw error;
      const [failed, ...behind] = error === rollback ? [] : ids.slice(replays.length);
      if (failed !== undefined) replays.push({ id: failed, verdict: "FAILED", detail: textOf(error) });
      for (const id of behind) replays.push({ id, verdict: "BEHIND", detail: `${failed} of the same key comes before it` });
    }
    return replays;
  }

  async #step({ limit = 100, ...choice }: ReplayChoice): Promise<{ letters: OpenLetter[]; next?: ReplayStep["next"] }> {
    const { db, consumer } = this.options;
    const found = await listOpen(db, consumer, { ...choice, limit: limit + 1 });
    const letters = found.slice(0, limit);
    const last = found.length > limit ? letters.at(-1) : undefined;
    return { letters, ...(last && { next: { topic: last.topic, partition: last.part, offset: last.position } }) };
  }
}

const refusals: Partial<Record<Replay["verdict"], Refusal["type"]>> = {
  FAILED: refusal.DEAD_LETTER_FAILED,
  BEHIND: refusal.DEAD_LETTER_BEHIND,
  NOT_REPLAYABLE: refusal.DEAD_LETTER_NOT_REPLAYABLE,
  CLOSED: refusal.DEAD_LETTER_CLOSED,
  NOT_FOUND: refusal.DEAD_LETTER_NOT_FOUND,
};

function outcomeOf(replay: Replay): Outcome<Replay> {
  const type = refusals[replay.verdict];
  return type === undefined ? done(replay) : refused(type, replay.detail);
}

function replayOf(id: string, outcome: Outcome<Replay>): Replay {
  if (outcome.ok) return outcome.result;
  const verdict = (Object.keys(refusals) as Replay["verdict"][]).find((one) => refusals[one] === outcome.type);
  if (!verdict) throw new Error(`a replay was refused with ${outcome.type}`);
  return { id, verdict, ...(outcome.detail !== undefined && { detail: outcome.detail }) };
}
