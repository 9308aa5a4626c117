import { ShopError } from "../../lib/errors";
import { emit } from "../../lib/events";
import { handler, type RequestMeta } from "../../lib/handlers";
import { traceOf } from "../../lib/trace";
import type { Tx } from "../../mixins/database";
import { hashPassword, passwordMatches } from "./passwords";
import { endFamiliesOf } from "./refresh-tokens";
import { user } from "./user.contract";
import { lockUser, readUser, updateUser, userOf, type UserRow } from "./users";

/** What a user may change of his account, the password as its hash. */
export type Changes = Partial<Pick<UserRow, "nickname" | "language" | "email" | "passwordHash">>;

/** Changes the caller's own account. All hashing is done before the transaction: it takes longer than the rest together. */
export const editAccount = handler(user.edit, async ({ params, db, meta }) => {
  const { userId, nickname, language, email, password, currentPassword = "" } = params;
  const account = await readUser(db, userId);
  if (!account) throw new ShopError("USER_NOT_FOUND");
  const mustShow = email !== undefined || password !== undefined;
  if (mustShow && !(await passwordMatches(account.passwordHash, currentPassword))) throw wrongPassword();
  const changes: Changes = {
    ...(nickname !== undefined && { nickname }),
    ...(language !== undefined && { language }),
    ...(email !== undefined && { email }),
    ...(password !== undefined && { passwordHash: await hashPassword(password) }),
  };
  const shown = mustShow ? account.passwordHash : undefined;
  return userOf(await db.transaction((tx) => changeAccount(tx, { userId, shown, changes }, meta)));
});

/** Writes changes and tells of them. `shown` is the hash of the password that the user has shown: it opens nothing when it was changed since. */
export async function changeAccount(
  tx: Tx,
  { userId, shown, changes }: { userId: string; shown?: string; changes: Changes },
  meta: RequestMeta,
): Promise<UserRow> {
  const account = await lockUser(tx, userId);
  if (!account) throw new ShopError("USER_NOT_FOUND");
  if (shown !== undefined && shown !== account.passwordHash) throw wrongPassword();
  const edited = { ...account, ...changes };
  if (!(await updateUser(tx, account, edited))) return account;
  if (changes.passwordHash !== undefined) await endFamiliesOf(tx, userId);
  const { email, nickname, language, role } = edited;
  emit(tx, user.events.changed, { userId, email, nickname, language, role }, traceOf(meta));
  return edited;
}

const wrongPassword = () => new ShopError("INVALID_CREDENTIALS", "The present password is wrong");
