import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import { passwordMatches } from "./passwords";
import { issueRefreshToken } from "./refresh-tokens";
import { accessTokenOf } from "./tokens";
import { user } from "./user.contract";
import { readUserByEmail } from "./users";

/** An unknown e-mail address and a wrong password get one answer, after the same work. */
export const logIn = handler(user.login, async ({ params: { email, password }, db, config }) => {
  const account = await readUserByEmail(db, email.toLowerCase());
  const matches = await passwordMatches(account?.passwordHash, password);
  if (!account || !matches) throw new ShopError("INVALID_CREDENTIALS");
  const access = await accessTokenOf(account, config);
  const refreshToken = await db.transaction((tx) => issueRefreshToken(tx, account.id));
  return { ...access, refreshToken };
});
