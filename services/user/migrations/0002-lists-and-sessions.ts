import { createIndex, type Migration } from "../../../mixins/database";

/** For staff's list, with and without a role, and for ending a log-in or all of a user's. */
export const listsAndSessions: Migration = {
  name: "0002-lists-and-sessions",
  async up(tx) {
    await createIndex(tx, "user", ["created_at", "id"]);
    await createIndex(tx, "user", ["role", "created_at", "id"]);
    await createIndex(tx, "refresh_token", ["user_id", "family"]);
  },
};
