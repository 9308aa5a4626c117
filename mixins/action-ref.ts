/**
 * References to remote actions. A reference carries the action's name at run time and its types at compile time, so that a misspelt
 * name is an unknown property and a wrong parameter a type error at the call. `P` are the parameters as the caller writes them, `In` the same after validation, as the
 * handler gets them (defaults filled in, values normalised).
 */
declare const types: unique symbol;

/** An ordinary action: parameters in, result out, or an error whose `type` tells why. */
export interface ActionRef<P = never, R = unknown, N extends string = string, In = unknown> {
  readonly name: N;
  readonly kind: "action";
  readonly [types]?: { params: (params: P) => void; result: R; in: In };
}

/** A set-based action: it takes `{ calls: P[] }` and answers `{ outcomes: Outcome<R>[] }` in the same order. */
export interface BatchRef<P = never, R = unknown, N extends string = string, In = unknown> {
  readonly name: N;
  readonly kind: "batch";
  readonly [types]?: { params: (params: P) => void; result: R; in: In };
}

/** The forward action of a saga step. */
export interface StepRef<P = never, R = unknown, N extends string = string, In = unknown> {
  readonly name: N;
  readonly kind: "step";
  /** Checks a result that didn't come from the action, and gives it as the action would; throws when it isn't one. */
  readonly parseResult?: (result: unknown) => R;
  readonly [types]?: { params: (params: P) => void; result: R; in: In };
}

/** The action that takes a step back. It needs no parameters: it is keyed by saga and step. */
export interface UndoRef<N extends string = string> {
  readonly name: N;
  readonly kind: "undo";
}

/** The action that tells what became of a pivot, and seals it so that a call that comes later is refused. */
export interface VerifyRef<N extends string = string> {
  readonly name: N;
  readonly kind: "verify";
}

export type ParamsOf<A> = A extends { readonly [types]?: { params: (params: infer P) => void } } ? P : never;
export type ParsedOf<A> = A extends { readonly [types]?: { in: infer In } } ? In : never;
export type ResultOf<A> = A extends { readonly [types]?: { result: infer R } } ? R : never;
