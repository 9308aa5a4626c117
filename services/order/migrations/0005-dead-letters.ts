import type { Migration } from "../../../mixins/database";
import { createDeadLetterTables } from "../../../mixins/inbox";

/** Events that could not be applied, what operators did to them. */
export const deadLetters: Migration = {
  name: "0005-dead-letters",
  async up(tx) {
    await createDeadLetterTables(tx);
  },
};
