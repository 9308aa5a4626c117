/** The table `dead_letter`. */
import { hash } from "node:crypto";

import type { Bindable, Database, Reader, Tx } from "../../database/types";
import type { ReceivedMessage } from "../../event-bus";
import { type Died, isProbe, readDied } from "./message";
import type { DeadLetterFilter, DeadLetterState, DeadLetterStatus, ReplayChoice } from "./operations";

export interface LetterRow {
  id: string;
  consumer: string;
  topic: string;
  part: number;
  position: number;
  chain: string;
  key: string;
  eventId: string | null;
  type: string | null;
  headers: string;
  payload: string;
  error: string;
  tries: number;
  state: DeadLetterState;
  diedAt: number;
  closedAt: number | null;
}

const columns = `id, consumer, topic, part, position, chain, msg_key as \`key\`, event_id as eventId, type, headers, payload, error, tries, state,
  died_at as diedAt, closed_at as closedAt`;

/** What is told of a message that says too much of itself; all of it stays in its headers. */
const fitting = (text: string) => text.slice(0, 190);

/**
 * Keeps what came from the topic, each once: the id is made of what died and where it stood, so a letter that comes again is the one that is
 * there, in whatever state, while one of a topic that was made anew and counts from 0 again is another.
 */
export async function collect(db: Database, consumer: string, received: readonly ReceivedMessage[], now: number): Promise<void> {
  const rows = received.filter((message) => !isProbe(message)).map((message) => rowOf(consumer, readDied(message, now)));
  if (rows.length === 0) return;
  await db.transaction((tx) =>
    tx.execute(
      `insert into dead_letter (id, consumer, topic, part, position, chain, msg_key, event_id, type, headers, payload, error, tries, state, died_at)
       values ? ${tx.dialect.upsert(["id"], "id = dead_letter.id")}`,
      [rows],
    ),
  );
}

function rowOf(consumer: string, { message, error, at }: Died) {
  const { topic, partition, offset, key, headers, payload } = message;
  const attributes = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  const id = `dl_${digest([consumer, topic, partition, offset, key, attributes, payload])}`;
  const chain = digest([consumer, topic, partition, key]);
  const { ce_id: eventId, ce_type: type } = headers;
  return [
    ...[id, consumer, fitting(topic), partition, Number(offset), chain, key],
    ...[eventId ? fitting(eventId) : null, type ? fitting(type) : null],
    ...[JSON.stringify(headers), payload, error, 0, "OPEN", at],
  ];
}

const digest = (what: unknown) => hash("sha256", JSON.stringify(what)).slice(0, 32);

export function statusOf(row: LetterRow): DeadLetterStatus {
  const { id, consumer, topic, part: partition, position: offset, key, eventId, type, state, error, tries, diedAt, closedAt } = row;
  return {
    ...{ id, consumer, topic, partition, offset, key },
    ...(eventId !== null && { eventId }),
    ...(type !== null && { type }),
    ...{ state, error, tries, diedAt },
    ...(closedAt !== null && { closedAt }),
  };
}

export async function readLetter(db: Reader, consumer: string, id: string, lock = ""): Promise<LetterRow | undefined> {
  const [row] = await db.select<LetterRow>(`select ${columns} from dead_letter where id = ? and consumer = ? ${lock}`, [id, consumer]);
  return row;
}

/** OPEN ones the oldest first, others the newest first. */
export async function listLetters(
  db: Reader,
  consumer: string,
  { state, type, limit = 100, after }: DeadLetterFilter,
): Promise<LetterRow[]> {
  const [direction, beyond] = state === "OPEN" ? ["asc", ">"] : ["desc", "<"];
  const where = new Conditions("consumer = ?", consumer);
  if (state !== undefined) where.and("state = ?", state);
  if (type !== undefined) where.and("type = ?", type);
  if (after) where.and(`died_at ${beyond}= ? and (died_at ${beyond} ? or id ${beyond} ?)`, after.diedAt, after.diedAt, after.id);
  return db.select<LetterRow>(
    `select ${columns} from dead_letter where ${where.sql} order by died_at ${direction}, id ${direction} limit ?`,
    [...where.values, limit],
  );
}

export type OpenLetter = Pick<LetterRow, "id" | "topic" | "part" | "position" | "chain">;

/** OPEN letters in the order in which they stood. */
export function listOpen(db: Reader, consumer: string, { type, limit = 100, after }: ReplayChoice): Promise<OpenLetter[]> {
  const where = new Conditions("consumer = ? and state = 'OPEN'", consumer);
  if (type !== undefined) where.and("type = ?", type);
  if (after) {
    const { topic, partition, offset } = after;
    where.and("topic >= ? and (topic > ? or part > ? or (part = ? and position > ?))", topic, topic, partition, partition, offset);
  }
  return db.select<OpenLetter>(
    `select id, topic, part, position, chain from dead_letter where ${where.sql} order by topic, part, position, id limit ?`,
    [...where.values, limit],
  );
}

/** The first OPEN letter that a letter has to wait for; undefined when it is its turn. */
export async function openBefore(db: Reader, { chain, position }: LetterRow): Promise<string | undefined> {
  const [before] = await db.select<{ id: string }>(
    "select id from dead_letter where chain = ? and position < ? and state = 'OPEN' order by position limit 1",
    [chain, position],
  );
  return before?.id;
}

/** Of each topic. */
export async function countOpen(db: Reader, consumer: string): Promise<Map<string, number>> {
  const rows = await db.select<{ topic: string; n: number }>(
    "select topic, count(*) as n from dead_letter where consumer = ? and state = 'OPEN' group by topic",
    [consumer],
  );
  return new Map(rows.map(({ topic, n }) => [topic, n]));
}

export async function closeLetter(tx: Tx, { id }: LetterRow, state: DeadLetterState, at: number): Promise<void> {
  await tx.execute("update dead_letter set state = ?, closed_at = ? where id = ?", [state, at, id]);
}

export async function noteFailure(tx: Tx, { id }: LetterRow, error: string): Promise<void> {
  await tx.execute("update dead_letter set error = ?, tries = tries + 1 where id = ?", [error, id]);
}

/** What narrows a select. */
export class Conditions {
  readonly values: Bindable[];

  constructor(
    public sql: string,
    ...values: Bindable[]
  ) {
    this.values = values;
  }

  and(sql: string, ...values: Bindable[]): void {
    this.sql += ` and ${sql}`;
    this.values.push(...values);
  }
}
