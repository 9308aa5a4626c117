import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import type { Tx } from "../../mixins/database";
import { endFamily, hashOf, issueRefreshToken, readRefreshToken, type RefreshToken, useRefreshToken } from "./refresh-tokens";
import { accessTokenOf } from "./tokens";
import { user } from "./user.contract";
import { lockUser, type UserRow } from "./users";

type Exchange =
  | { state: "exchanged"; account: UserRow; refreshToken: string }
  /** `ended` unless its family had ended before. */
  | { state: "reused"; ended: boolean }
  | { state: "unknown" };

/**
 * Exchanges a refresh token for a new one. One that comes a second time may be stolen, and nobody can tell who the thief is: whoever holds
 * the family's newest token has to sign in again too.
 */
export const refresh = handler(user.refresh, async ({ params: { refreshToken }, db, config, service }) => {
  const presented = await readRefreshToken(db, hashOf(refreshToken));
  // A refusal must not take the end of the family back, so it is thrown after the commit.
  const exchange: Exchange = presented ? await db.transaction((tx) => exchangeToken(tx, presented)) : { state: "unknown" };
  if (exchange.state === "unknown") throw new ShopError("UNAUTHENTICATED", "The refresh token is not valid");
  if (exchange.state === "reused") {
    if (exchange.ended)
      service.logger.warn(`a refresh token of user ${presented?.userId} was used twice: what came of that log-in was ended`);
    throw new ShopError("TOKEN_REUSED");
  }
  return { ...(await accessTokenOf(exchange.account, config)), refreshToken: exchange.refreshToken };
});

async function exchangeToken(tx: Tx, { hash, userId, family }: RefreshToken): Promise<Exchange> {
  const account = await lockUser(tx, userId);
  if (!account) return { state: "unknown" };
  if (await useRefreshToken(tx, hash)) return { state: "exchanged", account, refreshToken: await issueRefreshToken(tx, userId, family) };
  // Used before, unless its family was ended meanwhile, or it has just expired.
  if (!(await readRefreshToken(tx, hash))) return { state: "unknown" };
  return { state: "reused", ended: await endFamily(tx, { userId, family }) };
}
