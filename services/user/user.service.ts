import { DataTypes } from "sequelize";

import { configOf } from "../../lib/config";
import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import { service } from "../../lib/service";
import { tokenSigner } from "../../lib/tokens";
import { logIn } from "./log-in";
import { accounts } from "./migrations/0001-accounts";
import { expiredTokens } from "./refresh-tokens";
import { createUser, register } from "./register";
import { user } from "./user.contract";
import { readUser, userOf } from "./users";

const me = handler(user.me, async ({ params: { userId }, db }) => {
  const account = await readUser(db, userId);
  if (!account) throw new ShopError("USER_NOT_FOUND");
  return userOf(account);
});

export default service(user, {
  migrations: [accounts],
  actions: { register, login: logIn, me, create: createUser },
  mixins: [expiredTokens],
  reads: {
    table: "user",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      email: DataTypes.STRING,
      nickname: DataTypes.STRING,
      role: DataTypes.STRING,
      created_at: DataTypes.BIGINT,
    },
  },
  async started() {
    await tokenSigner(configOf(this.broker)); // a missing key shows when the node starts, not at the first log-in
  },
});
