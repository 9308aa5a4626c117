/**
 * What one call of a set-based handler comes to: a result, or a refusal that the caller is told of.
 * A refusal is a business answer (`type` is the stable name that callers match on); a technical failure is thrown instead.
 */
export type Outcome<R = unknown> = Done<R> | Refusal;

export interface Done<R> {
  ok: true;
  result: R;
  /** The outcome of an earlier call with the same idempotency key, said again. */
  replayed?: true;
}

export interface Refusal {
  ok: false;
  /** Stable name of the refusal, e.g. `POINT_INSUFFICIENT`. */
  type: string;
  /** One sentence for a person; the catalogue's own when left out. */
  detail?: string;
  /** Facts that go with the refusal. Never secrets: the customer sees them. */
  data?: Record<string, unknown>;
  /** The outcome of an earlier call with the same idempotency key, said again. */
  replayed?: true;
}

/** The outcome of a call that did what it was asked. */
export function done<R>(result: R): Done<R> {
  return { ok: true, result };
}

/** The outcome of a call that was understood and refused; nothing of it may remain. */
export function refused(type: string, detail?: string, data?: Record<string, unknown>): Refusal {
  return { ok: false, type, ...(detail !== undefined && { detail }), ...(data && { data }) };
}
