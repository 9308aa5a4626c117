/** The statements on `recipient`: where messages go, and in which language. No other file knows the table. */
import type { Language } from "../../lib/language";
import { keepNewest } from "../../lib/sql";
import type { Reader, Tx, Value } from "../../mixins/database";

export interface Recipient {
  userId: string;
  email: string;
  nickname: string;
  language: Language;
  /** When that was so, ms since the epoch. */
  heardAt: number;
}

/** Notes what was told of users, in the order in which it was told. What is older than what is known changes nothing. */
export async function noteRecipients(tx: Tx, told: readonly Recipient[]): Promise<void> {
  const latest = new Map<string, Recipient>();
  for (const one of told) if (one.heardAt >= (latest.get(one.userId)?.heardAt ?? 0)) latest.set(one.userId, one);
  const upsert = tx.dialect.upsert(["user_id"], keepNewest(tx.dialect, "recipient", ["email", "nickname", "language"], "heard_at"));
  const rows = [...latest.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  await tx.execute(`insert into recipient (user_id, email, nickname, language, heard_at) values ? ${upsert}`, [
    rows.map(({ userId, email, nickname, language, heardAt }): Value[] => [userId, email, nickname, language, heardAt]),
  ]);
}

/** Those that are known, by user. */
export async function readRecipients(db: Reader, userIds: readonly string[]): Promise<Map<string, Recipient>> {
  const rows = await db.select<Recipient>(
    "select user_id as userId, email, nickname, language, heard_at as heardAt from recipient where user_id in (?)",
    [userIds],
  );
  return new Map(rows.map((row) => [row.userId, row]));
}
