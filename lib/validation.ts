import type { z } from "zod";

import { ShopError } from "./errors";

/** One field that isn't valid, e.g. `{ path: "items.0.quantity", message: "…" }`. */
interface FieldError {
  path: string;
  message: string;
}

/** A client may send thousands of bad fields; the first ones are enough to be told of. */
const mostErrors = 20;
const longestPath = 100;

/** The value as the schema makes it: defaults filled in, values normalised. Throws VALIDATION_FAILED with every field that isn't valid. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(result.error.issues.flatMap(fieldErrors));
}

/** VALIDATION_FAILED for these fields. */
export function invalid(errors: FieldError[]): ShopError {
  const [first] = errors;
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new ShopError("VALIDATION_FAILED", first && `${first.path ? `${first.path}: ` : ""}${first.message}${others}`, {
    errors: errors.slice(0, mostErrors),
  });
}

/** A field that the schema doesn't have. */
export const unknownField = (path: string): FieldError => ({
  path: path.slice(0, longestPath).replace(/\p{Cc}/gu, "\uFFFD"), // it goes into logs
  message: "is not a known field",
});

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const at = issue.path.map(String);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField([...at, key].join(".")));
  return [{ path: at.join(".").slice(0, longestPath), message: issue.message }];
}
