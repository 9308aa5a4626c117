import { fail } from "./process";

/** Arguments that a script can't use. The message is one line for a person. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Ends a script: with 2 for wrong arguments, with `code` when anything else goes wrong. */
export function failOrUsage(error: unknown, code = 1): never {
  const line = usageOf(error);
  if (line === undefined) fail(error, code);
  console.error(line);
  process.exit(2);
}

/** What `node:util`'s `parseArgs` refuses it says in a sentence, and then, for its own users, how to write a word that begins with a dash. */
function usageOf(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const { code, message } = (error ?? {}) as { code?: unknown; message: string };
  if (typeof code !== "string" || !code.startsWith("ERR_PARSE_ARGS")) return undefined;
  return `${message.split(/\.\s/)[0]}; see --help`;
}
