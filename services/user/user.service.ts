import { DataTypes } from "sequelize";

import { configOf } from "../../lib/config";
import { service } from "../../lib/service";
import { tokenSigner } from "../../lib/tokens";
import { editAccount } from "./edit-account";
import { logIn } from "./log-in";
import { logOut } from "./log-out";
import { accounts } from "./migrations/0001-accounts";
import { listsAndSessions } from "./migrations/0002-lists-and-sessions";
import { languages } from "./migrations/0003-language";
import { parkedEvents } from "./migrations/0004-parked-events";
import { listAccounts, readAccountForStaff, readMe } from "./read-accounts";
import { refresh } from "./refresh";
import { expiredTokens } from "./refresh-tokens";
import { createUser, register } from "./register";
import { user } from "./user.contract";

export default service(user, {
  migrations: [accounts, listsAndSessions, languages, parkedEvents],
  actions: {
    register,
    login: logIn,
    refresh,
    logout: logOut,
    me: readMe,
    edit: editAccount,
    read: readAccountForStaff,
    list: listAccounts,
    create: createUser,
  },
  mixins: [expiredTokens],
  reads: {
    table: "user",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      email: DataTypes.STRING,
      nickname: DataTypes.STRING,
      language: DataTypes.STRING,
      role: DataTypes.STRING,
      created_at: DataTypes.BIGINT,
    },
  },
  async started() {
    await tokenSigner(configOf(this.broker)); // a missing key shows when the node starts, not at the first log-in
  },
});
