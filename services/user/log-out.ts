import { handler } from "../../lib/handlers";
import { endFamily, hashOf, readRefreshToken } from "./refresh-tokens";
import { user } from "./user.contract";
import { lockUser } from "./users";

/** Ends what came of the log-in that the refresh token belongs to. The answer doesn't tell whether there was anything to end. */
export const logOut = handler(user.logout, async ({ params: { userId, refreshToken }, db }) => {
  const token = await readRefreshToken(db, hashOf(refreshToken));
  if (token?.userId === userId) {
    await db.transaction(async (tx) => {
      await lockUser(tx, userId);
      await endFamily(tx, token);
    });
  }
  return {};
});
