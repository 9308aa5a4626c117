/**
 * Refresh tokens: random, told once, stored as their SHA-256 (a random value of 256 bits needs no slow hash). No other file knows the table.
 *
 * A family is what one log-in leads to: tokens that each replace the one before. Of a family that was ended no row is left that could be
 * exchanged; tokens that were used stay until they expire, so that their reuse goes on being noticed.
 *
 * Who writes a user's tokens holds the user's row (`lockUser`): else the end of a family could miss the token that an exchange is adding.
 */
import { createHash, randomBytes } from "node:crypto";

import { now } from "../../lib/clock";
import { uuid } from "../../lib/ids";
import { cleanUpMixin } from "../../mixins/clean-up";
import type { Reader, Tx } from "../../mixins/database";

export const refreshTokenMs = 14 * 24 * 60 * 60 * 1000;

export interface RefreshToken {
  hash: string;
  family: string;
  userId: string;
  usedAt: number | null;
}

/** Adds a token to a family, by default one that starts with it. Gives the token for the client. */
export async function issueRefreshToken(tx: Tx, userId: string, family: string = uuid()): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  const created_at = now();
  await tx.insert("refresh_token", [
    { token_hash: hashOf(token), family, user_id: userId, created_at, expires_at: created_at + refreshTokenMs },
  ]);
  return token;
}

/** What is known of a token that has not expired. */
export async function readRefreshToken(db: Reader, hash: string): Promise<RefreshToken | undefined> {
  const [row] = await db.select<RefreshToken>(
    "select token_hash as hash, family, user_id as userId, used_at as usedAt from refresh_token where token_hash = ? and expires_at > ?",
    [hash, now()],
  );
  return row;
}

/** Marks a token as used. Of all that try exactly one is told that it did. */
export async function useRefreshToken(tx: Tx, hash: string): Promise<boolean> {
  const at = now();
  const used = await tx.execute("update refresh_token set used_at = ? where token_hash = ? and used_at is null and expires_at > ?", [
    at,
    hash,
    at,
  ]);
  return used === 1;
}

/** Ends one log-in of a user. Gives whether there was anything to end. */
export async function endFamily(tx: Tx, { userId, family }: Pick<RefreshToken, "userId" | "family">): Promise<boolean> {
  return (await tx.execute("delete from refresh_token where user_id = ? and family = ? and used_at is null", [userId, family])) > 0;
}

/** Ends all log-ins of a user. */
export async function endFamiliesOf(tx: Tx, userId: string): Promise<void> {
  await tx.execute("delete from refresh_token where user_id = ? and used_at is null", [userId]);
}

/** Removes tokens that have expired: nobody can use them any more. */
export const expiredTokens = cleanUpMixin({ table: "refresh_token", key: "token_hash", time: "expires_at", clock: now });

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
