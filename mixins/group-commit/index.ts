export { createGroupCommit } from "./group-commit";
export { checkOutcomes, WrongNumberOfOutcomes } from "./outcomes";
export type { GroupCommit, GroupHandler } from "./types";
