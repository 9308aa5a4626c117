/** What an operation may refuse with: the codes of its contract, and those of the door before it. */
import type { ActionSpec } from "../../../lib/contract";
import { catalogue, type ErrorCode } from "../../../lib/errors";
import type { Route } from "../routes";
import { headers } from "./headers";
import type { Schema } from "./schemas";

/** The schema of a problem document (RFC 9457); which codes come is said by each response. */
export const problemSchema: Schema = {
  type: "object",
  description: "A problem document (RFC 9457). Match on `code`.",
  properties: {
    type: { type: "string", description: "Where the code is explained" },
    title: { type: "string", description: "What the code means" },
    status: { type: "integer" },
    detail: { type: "string", description: "About this one case, for people" },
    instance: { type: "string", description: "The path that was asked for" },
    code: { type: "string", enum: Object.keys(catalogue) },
    errors: {
      type: "array",
      description: "Fields that aren't valid",
      items: {
        type: "object",
        properties: { path: { type: "string" }, message: { type: "string" } },
        required: ["path", "message"],
        additionalProperties: false,
      },
    },
    orderId: { type: "string", description: "The order that was made and failed" },
    requestId: { type: "string", description: "Quote it when you ask for help" },
  },
  required: ["type", "title", "status", "detail", "instance", "code", "requestId"],
  additionalProperties: false,
};

/** All codes that the operation can answer with, in the catalogue's order. */
export function codesOf(route: Route, spec: ActionSpec): ErrorCode[] {
  const codes = new Set<ErrorCode>([
    ...(spec.refuses ?? []),
    "VALIDATION_FAILED", // an unknown parameter is enough
    "RATE_LIMITED",
    "INTERNAL",
    "OVERLOADED",
    "UNAVAILABLE",
    ...when(route.auth !== "public", "UNAUTHENTICATED"),
    ...when(route.auth === "admin", "FORBIDDEN"),
    ...when(route.pathParams.length > 0, "BAD_REQUEST", "NOT_FOUND"),
    ...when(route.method !== "GET", "BAD_REQUEST", "BODY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"),
    ...when(route.ifMatch, "VERSION_STALE"),
    ...when(route.idempotencyKey === "required", "IDEMPOTENCY_KEY_REQUIRED"),
    ...when(route.idempotencyKey !== undefined, "IDEMPOTENCY_IN_FLIGHT", "IDEMPOTENCY_KEY_REUSED"),
  ]);
  return (Object.keys(catalogue) as ErrorCode[]).filter((code) => codes.has(code));
}

const when = (condition: boolean, ...codes: ErrorCode[]) => (condition ? codes : []);

/** Problem responses, one for each set of codes, shared by the operations. */
export class Problems {
  /** `components.responses` of the document. */
  readonly named: Record<string, object> = {};

  /** References to the responses for these codes, by status. */
  of(codes: readonly ErrorCode[]): Record<string, { $ref: string }> {
    const byStatus = Map.groupBy(codes, (code) => catalogue[code].status);
    return Object.fromEntries([...byStatus].map(([status, same]) => [status, this.#response(status, same)]));
  }

  #response(status: number, codes: readonly ErrorCode[]): { $ref: string } {
    const name = codes.join(".");
    this.named[name] ??= responseOf(status, codes);
    return { $ref: `#/components/responses/${name}` };
  }
}

function responseOf(status: number, codes: readonly ErrorCode[]) {
  const retries = codes.some((code) => "retryAfter" in catalogue[code]) || status === 429;
  return {
    description: codes.map((code) => `${catalogue[code].title} (\`${code}\`)`).join(" · "),
    headers: {
      ...headers("X-Request-Id"),
      ...(retries && headers("Retry-After")),
      ...(status === 401 && headers("WWW-Authenticate")),
      ...(status === 429 && headers("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")),
    },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [{ $ref: "#/components/schemas/Problem" }],
          properties: { status: { const: status }, code: { enum: codes } },
          required: ["status", "code"],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function exampleOf(code: ErrorCode) {
  const { status, title } = catalogue[code];
  return {
    type: `/docs/errors#${code}`,
    title,
    status,
    detail: title,
    instance: "/api/v1/…",
    code,
    requestId: "0f8c2a4e-0d5e-4d0e-9b4b-3f1d5a0c7f5d",
  };
}
