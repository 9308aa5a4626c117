import { hash } from "node:crypto";

/** One text for equal JSON values: keys in order, no spaces. */
function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join()}}`;
}

/** SHA-256 of the canonical text, base64url (43 characters). Recursive: bound the depth of what comes from outside. */
export function hashJson(value: unknown): string {
  return hash("sha256", canonicalJson(value), "base64url");
}
