import { addColumn, type Migration } from "../../../mixins/database";

/** Whoever registered before there was a choice is written to as he has been so far. */
export const languages: Migration = {
  name: "0003-language",
  up: (tx) => addColumn(tx, "user", "language", "varchar(8) not null default 'en'"),
};
