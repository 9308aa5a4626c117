/**
 * The replay of one dead letter.
 *
 * - I7 it is one transaction: the handler's effect, the row that notes the event as applied, the letter's end and its audit row. The
 *   letter's row is locked and has to be OPEN, so of two operators one acts; and an event that has its row is not applied again.
 * - What fails leaves nothing but its error and an audit row, in a second transaction: a crash between the two has changed nothing.
 * - Letters of one key keep their order: one with an OPEN letter before it waits, whoever asks.
 */
import type { By } from "../../by";
import { type Database, DecideAgain, isDuplicateKey, type Tx } from "../../database";
import { type EventHandler, type InboxEvent, readEvent } from "../event";
import { insertAudit } from "./audit";
import { textOf } from "./message";
import type { Replay } from "./operations";
import { closeLetter, type LetterRow, noteFailure, openBefore, readLetter } from "./rows";

export interface ReplayOptions {
  db: Database;
  consumer: string;
  handlerOf(topic: string, type: string): EventHandler | undefined;
  clock(): number;
}

export class Replays {
  constructor(private readonly options: ReplayOptions) {}

  /** Throws what the handler throws. */
  async run(tx: Tx, id: string, by: By): Promise<Replay> {
    const { consumer, clock } = this.options;
    const row = await readLetter(tx, consumer, id, tx.dialect.forUpdate);
    if (!row) return { id, verdict: "NOT_FOUND" };
    if (row.state !== "OPEN") return { id, verdict: "CLOSED", detail: `It is ${row.state}` };
    const found = this.#deliveryOf(row);
    if (typeof found === "string") return { id, verdict: "NOT_REPLAYABLE", detail: found };
    const before = await openBefore(tx, row);
    if (before !== undefined) return { id, verdict: "BEHIND", detail: `${before} of the same key comes before it` };
    const at = clock();
    const verdict = (await this.#note(tx, found.event, at)) ? "APPLIED" : "ALREADY_APPLIED";
    if (verdict === "APPLIED") await found.handler([found.event], tx);
    await closeLetter(tx, row, "REPLAYED", at);
    await insertAudit(tx, row, by, { action: "replay", outcome: verdict, at });
    return { id, verdict };
  }

  /** The event and its handler, or why there is none. */
  #deliveryOf({
    topic,
    part: partition,
    position,
    key,
    headers,
    payload,
  }: LetterRow): { event: InboxEvent; handler: EventHandler } | string {
    const message = { topic, partition, offset: String(position), key, payload, headers: JSON.parse(headers) as Record<string, string> };
    let event: InboxEvent;
    try {
      event = readEvent(message);
    } catch (error) {
      return `It can't be read: ${textOf(error)}`; // which is what is told of it
    }
    const handler = this.options.handlerOf(topic, event.type);
    return handler ? { event, handler } : `${this.options.consumer} has no handler for ${event.type} of ${topic}`;
  }

  /** False when the event was applied before. */
  async #note(tx: Tx, { id }: InboxEvent, at: number): Promise<boolean> {
    const { consumer } = this.options;
    const applied = await tx.select("select event_id from inbox_message where consumer = ? and event_id = ?", [consumer, id]);
    if (applied.length > 0) return false;
    try {
      await tx.insert("inbox_message", [{ consumer, event_id: id, at }]);
    } catch (error) {
      throw isDuplicateKey(error) ? new DecideAgain("the event was applied elsewhere meanwhile", error) : error;
    }
    return true;
  }

  /** Notes that it can't be applied still. */
  async fail(tx: Tx, id: string, by: By, error: string): Promise<Replay> {
    const row = await readLetter(tx, this.options.consumer, id, tx.dialect.forUpdate);
    if (row?.state !== "OPEN") return { id, verdict: "CLOSED", detail: `It is ${row?.state ?? "gone"}` };
    await noteFailure(tx, row, error);
    await insertAudit(tx, row, by, { action: "replay", outcome: "FAILED", detail: error, at: this.options.clock() });
    return { id, verdict: "FAILED", detail: error };
  }
}
