import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import type { Reader } from "../../mixins/database";
import { user } from "./user.contract";
import { listUsers, readUser, userOf } from "./users";

export const readMe = handler(user.me, ({ params: { userId }, db }) => readAccount(db, userId));

export const readAccountForStaff = handler(user.read, ({ params: { id }, db }) => readAccount(db, id));

/** All accounts, the newest first; by an e-mail address, in whatever case it is written, or by a role. */
export const listAccounts = handler(user.list, async ({ params: { email, role, ...page }, db }) => {
  const { items, nextCursor } = await listUsers(db, { email: email?.toLowerCase(), role }, page);
  return { items: items.map(userOf), nextCursor };
});

async function readAccount(db: Reader, id: string) {
  const account = await readUser(db, id);
  if (!account) throw new ShopError("USER_NOT_FOUND");
  return userOf(account);
}
