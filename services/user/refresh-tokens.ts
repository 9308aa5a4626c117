/** Refresh tokens: random, told once, stored as their SHA-256 (a random value of 256 bits needs no slow hash). No other file knows the table. */
import { createHash, randomBytes } from "node:crypto";

import { v7 as uuid } from "uuid";

import { now } from "../../lib/clock";
import { cleanUpMixin } from "../../mixins/clean-up";
import type { Tx } from "../../mixins/database";

export const refreshTokenMs = 14 * 24 * 60 * 60 * 1000;

/** Starts a family: the tokens that one log-in leads to, each replacing the one before. Gives the token for the client. */
export async function issueRefreshToken(tx: Tx, userId: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  const created_at = now();
  await tx.insert("refresh_token", [
    { token_hash: hashOf(token), family: uuid(), user_id: userId, created_at, expires_at: created_at + refreshTokenMs },
  ]);
  return token;
}

/** Removes tokens that have expired: nobody can use them any more. */
export const expiredTokens = cleanUpMixin({ table: "refresh_token", key: "token_hash", time: "expires_at", clock: now });

export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
