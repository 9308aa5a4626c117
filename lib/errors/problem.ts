/** Errors as the outside may see them. Whatever isn't of the catalogue says nothing of itself: no message, no stack, no node. */
import { isRetriable, isUnavailable } from "../../mixins/database";
import { catalogue, isErrorCode, type ErrorCode } from ".";

/** The members of a problem document (RFC 9457) that depend on the error alone. */
export interface Problem {
  code: ErrorCode;
  status: number;
  title: string;
  detail?: string;
  /** Fields that aren't valid. */
  errors?: { path: string; message: string }[];
  /** The order that failed, when there is one. */
  orderId?: string;
}

/**
 * What Moleculer and moleculer-web throw when a service is away, slow or full. By `type`, or by `name` where they set no type; errors of
 * other nodes arrive as plain `Error`, so their classes don't help.
 */
const technical: Readonly<Record<string, ErrorCode>> = {
  SERVICE_NOT_FOUND: "UNAVAILABLE",
  SERVICE_NOT_AVAILABLE: "UNAVAILABLE", // also when every circuit breaker is open
  REQUEST_TIMEOUT: "UNAVAILABLE",
  REQUEST_SKIPPED: "UNAVAILABLE",
  REQUEST_REJECTED: "UNAVAILABLE",
  BAD_GATEWAY: "UNAVAILABLE",
  QUEUE_FULL: "OVERLOADED",
  ServiceNotFoundError: "UNAVAILABLE",
  ServiceNotAvailableError: "UNAVAILABLE",
  ServiceUnavailableError: "UNAVAILABLE",
  RequestTimeoutError: "UNAVAILABLE",
  RequestSkippedError: "UNAVAILABLE",
  RequestRejectedError: "UNAVAILABLE",
  BrokerDisconnectedError: "UNAVAILABLE",
  QueueIsFullError: "OVERLOADED",
  CommitUnknown: "UNAVAILABLE",
};

/** The problem that an error is to a client. */
export function problemOf(error: unknown): Problem {
  const { type, name, message, data } = (error ?? {}) as Partial<Record<"type" | "name" | "message" | "data", unknown>>;
  if (isErrorCode(type) && type !== "INTERNAL") return { ...entryOf(type), ...detailOf(type, message), ...factsOf(data) };
  return entryOf(lookUp(type) ?? lookUp(name) ?? (isUnavailable(error) || isRetriable(error) ? "UNAVAILABLE" : "INTERNAL"));
}

/** Seconds until the client may try again: what the error says of its own case, else what the catalogue says of its code. */
export function retryAfterOf(error: unknown, code: ErrorCode): number | undefined {
  const own = (error as { data?: { retryAfter?: unknown } | null } | undefined)?.data?.retryAfter;
  if (Number.isSafeInteger(own)) return own as number;
  const { retryAfter } = catalogue[code] as { retryAfter?: number };
  return retryAfter;
}

const lookUp = (key: unknown) => (typeof key === "string" && Object.hasOwn(technical, key) ? technical[key] : undefined);

function entryOf(code: ErrorCode): Problem {
  const { status, title } = catalogue[code];
  return { code, status, title };
}

function detailOf(code: ErrorCode, message: unknown): Pick<Problem, "detail"> {
  return typeof message === "string" && message !== "" && message !== catalogue[code].title ? { detail: message } : {};
}

function factsOf(data: unknown): Pick<Problem, "errors" | "orderId"> {
  if (typeof data !== "object" || data === null) return {};
  const { errors, orderId } = data as { errors?: unknown; orderId?: unknown };
  return {
    ...(Array.isArray(errors) && {
      errors: errors.filter(Boolean).map(({ path, message }) => ({ path: String(path), message: String(message) })),
    }),
    ...(typeof orderId === "string" && { orderId }),
  };
}
