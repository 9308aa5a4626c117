import { Mistyped, type Typed } from "./command";

/** For a command's `options`. */
export const signature = [
  { option: "--who <name>", description: "who you are" },
  { option: "--why <reason>", description: "why you do it" },
];

/** What was typed for an option that takes a value. */
export const option = (options: Typed["options"], name: string) => (typeof options[name] === "string" ? options[name] : undefined);

/** Who does it, and why: both have to be said. */
export function signed({ options }: Typed): { who: string; why: string } {
  const [who, why] = [option(options, "who"), option(options, "why")];
  if (who === undefined || why === undefined) throw new Mistyped("Say who you are and why you do it: --who <name> --why <reason>");
  return { who, why };
}

/** `--limit`, or 20. */
export function limitOf({ options: { limit: typed } }: Typed): number {
  if (typed === undefined) return 20;
  const limit = Number(typed);
  if (typed === true || !Number.isInteger(limit) || limit < 1 || limit > 100) throw new Mistyped("--limit is a number from 1 to 100");
  return limit;
}
