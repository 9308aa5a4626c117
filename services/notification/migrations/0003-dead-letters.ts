import type { Migration } from "../../../mixins/database";
import { createIdempotencyTable } from "../../../mixins/idempotency";
import { createDeadLetterTables } from "../../../mixins/inbox";

/** Events that could not be applied, what operators did to them, and the keys of their requests. */
export const deadLetters: Migration = {
  name: "0003-dead-letters",
  async up(tx) {
    await createDeadLetterTables(tx);
    await createIdempotencyTable(tx);
  },
};
