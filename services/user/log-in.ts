import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import type { Tx } from "../../mixins/database";
import { passwordMatches } from "./passwords";
import { issueRefreshToken } from "./refresh-tokens";
import { accessTokenOf } from "./tokens";
import { user } from "./user.contract";
import { lockUser, readUserByEmail, type UserRow } from "./users";

/** An unknown e-mail address and a wrong password get one answer, after the same work. */
export const logIn = handler(user.login, async ({ params: { email, password }, db, config }) => {
  const account = await readUserByEmail(db, email.toLowerCase());
  const matches = await passwordMatches(account?.passwordHash, password);
  if (!account || !matches) throw new ShopError("INVALID_CREDENTIALS");
  const access = await accessTokenOf(account, config);
  const refreshToken = await db.transaction((tx) => startSession(tx, account));
  return { ...access, refreshToken };
});

/** Starts a family for a user whose password was checked: a password that was changed since has ended what it opened, and opens nothing. */
export async function startSession(tx: Tx, checked: UserRow): Promise<string> {
  const account = await lockUser(tx, checked.id);
  if (account?.passwordHash !== checked.passwordHash) throw new ShopError("INVALID_CREDENTIALS");
  return issueRefreshToken(tx, account.id);
}
