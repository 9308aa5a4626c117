/**
 * Several values as one key of a map or a group. Only the last may hold a line break: types, names, versions and epochs
 * have none.
 */
export const keyText = (...parts: readonly (string | number)[]): string => parts.join("\n");
