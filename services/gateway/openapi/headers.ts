/** Headers that requests and answers of several operations have. */
interface Header {
  description: string;
  schema: { type: "string" | "integer" };
}

const text = { type: "string" } as const;
const whole = { type: "integer" } as const;

/** `components.headers` of the document. */
export const answerHeaders = {
  "X-Request-Id": { description: "The request's own if it had one; it stands in the log and in all that the request caused", schema: text },
  ETag: { description: "Strong; for `If-None-Match` and, of one thing, `If-Match`", schema: text },
  Location: { description: "Where the result will be", schema: text },
  "Idempotent-Replayed": { description: "`true` when it repeats the answer to an earlier request with the same key", schema: text },
  "Retry-After": { description: "Seconds after which to try again; there when waiting helps", schema: whole },
  "WWW-Authenticate": { description: "How to sign in", schema: text },
  "RateLimit-Limit": { description: "Requests in the window", schema: whole },
  "RateLimit-Remaining": { description: "Requests that are left", schema: whole },
  "RateLimit-Reset": { description: "Seconds until the window begins anew", schema: whole },
} as const satisfies Record<string, Header>;

/** References to these headers. */
export const headers = (...names: (keyof typeof answerHeaders)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const key = {
  name: "Idempotency-Key",
  in: "header",
  description: "Yours to choose: the same key repeats the first answer for at least 24 hours and does nothing more.",
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x20-\\x7e]+$" },
};

/** `components.parameters` of the document. */
export const requestHeaders = {
  IdempotencyKey: { ...key, required: false },
  RequiredIdempotencyKey: { ...key, required: true },
  IfMatch: {
    name: "If-Match",
    in: "header",
    required: false,
    description: "The `ETag` of what is being changed, as it was read",
    schema: text,
  },
  IfNoneMatch: { name: "If-None-Match", in: "header", required: false, description: "The `ETag` of what is known already", schema: text },
  LastEventId: { name: "Last-Event-ID", in: "header", required: false, description: "The last event that was seen", schema: text },
};

/** A reference to a parameter. */
export const parameter = (name: keyof typeof requestHeaders) => ({ $ref: `#/components/parameters/${name}` });
