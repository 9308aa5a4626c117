import { hash } from "node:crypto";

import { createIndex, type Reader, type Tx } from "../database";
import type { Outcome } from "../outcome";

/** What names a request, so that its repetition is known. */
export interface IdempotencyKey {
  userId: string;
  /** Method and full path. */
  route: string;
  /** As the client sent it. */
  key: string;
  /** Tells different requests under one key apart. */
  bodyHash: string;
}

/** An answer to a key, to be stored. */
export interface NewAnswer {
  /** The key's digest. */
  id: string;
  userId: string;
  bodyHash: string;
  outcome: Outcome;
}

/**
 * Creates the table `idempotency_key`. Its key is a digest of user, route and key: short, one column for the look-up of a whole group,
 * and compared byte for byte, while MySQL's collations take no notice of trailing spaces.
 */
export async function createIdempotencyTable(tx: Tx): Promise<void> {
  await tx.execute(`create table if not exists idempotency_key (
    id varchar(64) not null primary key,
    user_id varchar(64) not null,
    body_hash varchar(128) not null,
    answer text not null,
    created_at bigint not null
  ) ${tx.dialect.tableOptions}`);
  await createIndex(tx, "idempotency_key", ["created_at"]);
}

export function digest({ userId, route, key }: IdempotencyKey): string {
  return hash("sha256", JSON.stringify([userId, route, key]), "base64url");
}

/** The answers to those keys that have one, by digest. `at` is when it was given, in ms since the epoch. */
export async function findAnswers(db: Reader, ids: readonly string[]) {
  const rows = await db.select<{ id: string; body_hash: string; answer: string; created_at: number }>(
    "select id, body_hash, answer, created_at from idempotency_key where id in (?)",
    [ids],
  );
  return new Map(rows.map((row) => [row.id, { bodyHash: row.body_hash, outcome: JSON.parse(row.answer) as Outcome, at: row.created_at }]));
}

/** Rejects with a duplicate key when one of them has been answered meanwhile. */
export async function insertAnswers(tx: Tx, answers: readonly NewAnswer[], now: number): Promise<void> {
  const rows = answers.map(({ id, userId, bodyHash, outcome }) => ({
    id,
    user_id: userId,
    body_hash: bodyHash,
    answer: JSON.stringify(outcome),
    created_at: now,
  }));
  // In ascending order, as rows are locked everywhere.
  await tx.insert(
    "idempotency_key",
    rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

/** Removes those of the keys that were answered up to `before`. */
export function forget(tx: Tx, ids: readonly string[], before: number): Promise<number> {
  return tx.execute("delete from idempotency_key where id in (?) and created_at <= ?", [ids, before]);
}
