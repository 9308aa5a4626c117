export { addColumn } from "./add-column";
export { openBeside, removeBeside, type Beside, type BesideOptions } from "./beside";
export { createIndex } from "./create-index";
export { dropIndex } from "./drop-index";
export { openDatabase, sqliteUrl, type OpenOptions } from "./open";
export { databaseMixin, type DatabaseMixinOptions, type DatabaseVars } from "./mixin";
export {
  CommitUnknown,
  DatabaseUnusable,
  DecideAgain,
  isCheckViolation,
  isDuplicateKey,
  isMissingTable,
  isRetriable,
  isUnavailable,
} from "./errors";
export { tableReads, type TableReadsOptions } from "./table-reads";
export type { Bindable, Database, Migration, MustChange, OutgoingMessage, Reader, TransactionOptions, Tx, Value } from "./types";
export type { Dialect } from "./dialect";
