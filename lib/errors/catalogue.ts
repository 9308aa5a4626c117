/**
 * Every error that leaves the system, by its stable code. Codes are never reused. `docs/errors.md` documents each; a test holds the
 * two together. `retryAfter` is in seconds and becomes the header of that name.
 */
interface Entry {
  status: number;
  title: string;
  retryAfter?: number;
}

export const catalogue = {
  BAD_REQUEST: { status: 400, title: "The request can't be read" },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400, title: "An Idempotency-Key header is required" },
  UNAUTHENTICATED: { status: 401, title: "Sign in first" },
  TOKEN_REUSED: { status: 401, title: "The refresh token was used before; sign in again" },
  INVALID_CREDENTIALS: { status: 401, title: "E-mail or password is wrong" },
  POINT_INSUFFICIENT: { status: 402, title: "Too few points" },
  PAYMENT_DECLINED: { status: 402, title: "The payment was declined" },
  FORBIDDEN: { status: 403, title: "Not allowed" },
  NOT_FOUND: { status: 404, title: "Not found" },
  USER_NOT_FOUND: { status: 404, title: "No such user" },
  PRODUCT_NOT_FOUND: { status: 404, title: "No such product" },
  COUPON_NOT_FOUND: { status: 404, title: "No such coupon" },
  USER_COUPON_NOT_FOUND: { status: 404, title: "No such coupon of yours" },
  ORDER_NOT_FOUND: { status: 404, title: "No such order" },
  PAYMENT_NOT_FOUND: { status: 404, title: "No such payment" },
  READ_MODEL_NOT_FOUND: { status: 404, title: "No such read model" },
  SAGA_NOT_FOUND: { status: 404, title: "No such saga" },
  SAGA_STEP_NOT_FOUND: { status: 404, title: "The saga has no such step" },
  DEAD_LETTER_NOT_FOUND: { status: 404, title: "No such dead letter" },
  PARKED_EVENT_NOT_FOUND: { status: 404, title: "No such parked event" },
  METHOD_NOT_ALLOWED: { status: 405, title: "Not a method of this path" },
  EMAIL_TAKEN: { status: 409, title: "The e-mail address is taken" },
  PRODUCT_OUT_OF_STOCK: { status: 409, title: "Too little stock" },
  COUPON_ALREADY_ISSUED: { status: 409, title: "You have this coupon already" },
  COUPON_NOT_USABLE: { status: 409, title: "The coupon can't be used for this order" },
  ORDER_NOT_CANCELABLE: { status: 409, title: "The order can't be cancelled" },
  REBUILD_RUNNING: { status: 409, title: "The read model is being rebuilt already" },
  SAGA_NOT_PARKED: { status: 409, title: "The saga is not parked" },
  SAGA_COMPENSATING: { status: 409, title: "The saga is being compensated already" },
  SAGA_PIVOT_DONE: { status: 409, title: "The saga's pivot is done, so it can only go forward" },
  SAGA_STEP_NOT_SKIPPABLE: { status: 409, title: "The step can't be taken for done" },
  DEAD_LETTER_CLOSED: { status: 409, title: "Somebody has seen to the dead letter already" },
  DEAD_LETTER_BEHIND: { status: 409, title: "An earlier dead letter of the same key is open" },
  DEAD_LETTER_FAILED: { status: 409, title: "The event can't be applied still" },
  DEAD_LETTER_NOT_REPLAYABLE: { status: 409, title: "That can't be handed to a handler" },
  IDEMPOTENCY_IN_FLIGHT: { status: 409, title: "The first request with this key is still being worked on", retryAfter: 1 },
  COUPON_SOLD_OUT: { status: 410, title: "The coupon is sold out" },
  VERSION_STALE: { status: 412, title: "Somebody else has changed it since" },
  BODY_TOO_LARGE: { status: 413, title: "The body is too large" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The body must be application/json" },
  VALIDATION_FAILED: { status: 422, title: "The request is not valid" },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: "The Idempotency-Key was used for another request" },
  SAGA_RESULT_INVALID: { status: 422, title: "That is no result of this step" },
  COUPON_NOT_OPEN: { status: 422, title: "The coupon is not being issued now" },
  PRECONDITION_REQUIRED: { status: 428, title: "Say which version you are changing" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  INTERNAL: { status: 500, title: "Something went wrong on our side" },
  OVERLOADED: { status: 503, title: "Too busy, try again", retryAfter: 1 },
  UNAVAILABLE: { status: 503, title: "A part of the shop is away, try again", retryAfter: 1 },
  ORDER_TIMED_OUT: { status: 503, title: "The order took too long and was undone", retryAfter: 1 },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;
