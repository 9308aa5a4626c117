import { addColumn, type Migration } from "../../../mixins/database";

/**
 * `facts` is what the event told, as JSON: subject and body are written from it when the message is handed over, and empty before. A message
 * from before has none and goes out as it was written. `failed_at` is when it was given up, for the reason in `error`, which otherwise is
 * why the last try failed.
 */
export const lettersAndRefusals: Migration = {
  name: "0002-letters-and-refusals",
  async up(tx) {
    await addColumn(tx, "notification", "facts", "mediumtext");
    await addColumn(tx, "notification", "language", "varchar(8)");
    await addColumn(tx, "notification", "failed_at", "bigint");
    await addColumn(tx, "notification", "error", "varchar(500)");
    await addColumn(tx, "recipient", "language", "varchar(8) not null default 'en'");
  },
};
