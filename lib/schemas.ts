/** Small schemas that contracts share. */
import { z } from "zod";

/** Ids are opaque; new ones are UUIDv7, rows imported from elsewhere keep theirs. */
export const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\x21-\x7e]+$/)
  .meta({ examples: ["0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50"] });

/** ISO 8601, UTC. */
export const time = z.iso.datetime().meta({ examples: ["2026-11-24T09:00:00.000Z"] });

/** Text for people, on one line: no control characters, and nothing that UTF-8 can't hold. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "has characters that can't be shown");

/** Text for people, on as many lines as it takes; may be empty. */
export const prose = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u, "has characters that can't be shown");

/** Parameters of a list. */
export const page = {
  limit: z.int().min(1).max(100).default(20),
  cursor: z.string().max(1_000).optional().meta({ description: "`nextCursor` of the page before" }),
};

/** A page of a list; `nextCursor` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

/** Parameters of an action that takes none. */
export const nothing = z.strictObject({});
