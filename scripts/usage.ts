import { fail } from "./process";

/** Arguments that a script can't use. The message is one line for a person. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Ends a script: with 2 for wrong arguments, with `code` when anything else goes wrong. */
export function failOrUsage(error: unknown, code = 1): never {
  if (!(error instanceof Error) || !isUsage(error)) fail(error, code);
  console.error(error.message);
  process.exit(2);
}

/** The codes are those of `node:util`'s `parseArgs`. */
function isUsage(error: Error & { code?: string }): boolean {
  return error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS") === true;
}
