/** The rows of table `user`; no other file knows it. */
import type { z } from "zod";

import { iso } from "../../lib/clock";
import { ShopError } from "../../lib/errors";
import { isDuplicateKey, type Reader, type Tx } from "../../mixins/database";
import type { userView } from "./user.contract";

export interface UserRow {
  id: string;
  email: string;
  passwordHash: string;
  nickname: string;
  role: "customer" | "admin";
  createdAt: number;
}

const columns = "id, email, password_hash as passwordHash, nickname, role, created_at as createdAt";

/** What others may see of an account. */
export function userOf({ id, email, nickname, role, createdAt }: UserRow): z.output<typeof userView> {
  return { id, email, nickname, role, createdAt: iso(createdAt) };
}

/** Of several registrations of one e-mail address the table's key lets exactly one in; the others are EMAIL_TAKEN. */
export async function insertUser(tx: Tx, row: UserRow): Promise<void> {
  const { id, email, passwordHash, nickname, role, createdAt } = row;
  try {
    await tx.insert("user", [{ id, email, password_hash: passwordHash, nickname, role, created_at: createdAt }]);
  } catch (error) {
    throw isDuplicateKey(error) ? new ShopError("EMAIL_TAKEN") : error;
  }
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
