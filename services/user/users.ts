/** The rows of table `user`; no other file knows it. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import { ShopError } from "../../lib/errors";
import type { Language } from "../../lib/language";
import { type Page, type PageParams, readNewest } from "../../lib/paging";
import { conditions, mustChange } from "../../lib/sql";
import { isDuplicateKey, type Reader, type Tx } from "../../mixins/database";
import type { userView } from "./user.contract";

export interface UserRow {
  id: string;
  email: string;
  passwordHash: string;
  nickname: string;
  language: Language;
  role: "customer" | "admin";
  createdAt: number;
}

const columns = "id, email, password_hash as passwordHash, nickname, language, role, created_at as createdAt";

/** What others may see of an account. */
export function userOf({ id, email, nickname, language, role, createdAt }: UserRow): z.output<typeof userView> {
  return { id, email, nickname, language, role, createdAt: iso(createdAt) };
}

/** Of several registrations of one e-mail address the table's key lets exactly one in; the others are EMAIL_TAKEN. */
export async function insertUsers(tx: Tx, users: readonly UserRow[]): Promise<void> {
  const rows = users.map(({ passwordHash, createdAt, ...same }) => ({ ...same, password_hash: passwordHash, created_at: createdAt }));
  await oneForAnEmail(tx.insert("user", rows));
}

/**
 * Writes what a user may change of his account, where it still is what was locked (rule 8). False when nothing changes; EMAIL_TAKEN as
 * for a registration.
 */
export async function updateUser(tx: Tx, locked: UserRow, edited: UserRow): Promise<boolean> {
  const of = ({ email, nickname, language, passwordHash }: UserRow) => [email, nickname, language, passwordHash];
  const [before, after] = [of(locked), of(edited)];
  if (after.every((value, at) => value === before[at])) return false;
  const update = `update user set email = ?, nickname = ?, language = ?, password_hash = ?
    where id = ? and email = ? and nickname = ? and language = ? and password_hash = ?`;
  mustChange(await oneForAnEmail(tx.execute(update, [...after, locked.id, ...before])), 1, "user");
  return true;
}

async function oneForAnEmail(write: Promise<number>): Promise<number> {
  try {
    return await write;
  } catch (error) {
    throw isDuplicateKey(error) ? new ShopError("EMAIL_TAKEN") : error;
  }
}

/** Holds a user's row, and with it his log-ins, until the commit. */
export async function lockUser(tx: Tx, id: string): Promise<UserRow | undefined> {
  const [row] = await tx.select<UserRow>(`select ${columns} from user where id = ? ${tx.dialect.forUpdate}`, [id]);
  return row;
}

export async function readUser(db: Reader, id: string): Promise<UserRow | undefined> {
  const [row] = await db.select<UserRow>(`select ${columns} from user where id = ?`, [id]);
  return row;
}

/** `email` in lower case. */
export async function readUserByEmail(db: Reader, email: string): Promise<UserRow | undefined> {
  const [row] = await db.select<UserRow>(`select ${columns} from user where email = ?`, [email]);
  return row;
}

/** Accounts, the newest first. `email` in lower case. */
export function listUsers(db: Reader, { email, role }: Partial<Pick<UserRow, "email" | "role">>, page: PageParams): Promise<Page<UserRow>> {
  return readNewest<UserRow>(
    db,
    {
      name: "user.list",
      choice: { email, role },
      select: `select ${columns} from user`,
      ...conditions(["email = ?", email], ["role = ?", role]),
      time: { column: "created_at", of: (row) => row.createdAt },
    },
    page,
  );
}
