export { createGroupCommit } from "./group-commit";
export { checkOutcomes, WrongNumberOfOutcomes } from "./outcomes";
export type { Turns } from "./turns";
export type { GroupCommit, GroupHandler } from "./types";
