import { now } from "../../lib/clock";
import { emit } from "../../lib/events";
import { handler, type RequestMeta } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import { traceOf } from "../../lib/trace";
import type { Tx } from "../../mixins/database";
import { hashPassword } from "./passwords";
import { issueRefreshToken } from "./refresh-tokens";
import { accessTokenOf } from "./tokens";
import { user } from "./user.contract";
import { insertUsers, userOf, type UserRow } from "./users";

/** Opens a customer's account and signs him in. */
export const register = handler(user.register, async ({ params, db, config, meta }) => {
  const account = await newAccount({ ...params, role: "customer" });
  const access = await accessTokenOf(account, config);
  const refreshToken = await db.transaction(async (tx) => {
    await addAccounts(tx, [account], meta);
    return issueRefreshToken(tx, account.id);
  });
  return { user: userOf(account), ...access, refreshToken };
});

/** Opens an account with a role, for the seed and for staff's tools. */
export const createUser = handler(user.create, async ({ params, db, meta }) => {
  const account = await newAccount(params);
  await db.transaction((tx) => addAccounts(tx, [account], meta));
  return userOf(account);
});

/** Hashes the password before any transaction is open: that takes longer than the rest together. */
async function newAccount({
  password,
  ...who
}: { password: string } & Pick<UserRow, "email" | "nickname" | "language" | "role">): Promise<UserRow> {
  return { id: uuid(), ...who, passwordHash: await hashPassword(password), createdAt: now() };
}

/** Writes accounts, and tells of each. */
export async function addAccounts(tx: Tx, accounts: readonly UserRow[], meta: RequestMeta = {}): Promise<void> {
  await insertUsers(tx, accounts);
  for (const { id, email, nickname, language, role } of accounts)
    emit(tx, user.events.registered, { userId: id, email, nickname, language, role }, traceOf(meta));
}
