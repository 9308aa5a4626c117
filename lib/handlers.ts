/**
 * What a service supplies for each action of its contract. The kinds differ in who owns the transaction: an ordinary handler opens its
 * own when it needs one, a command and a step are given one that they share with other calls (group commit), a batch only reads.
 */
import type { Service } from "moleculer";
import type { z } from "zod";

import type { ActionRef, BatchRef, ParamsOf, ResultOf, StepRef } from "../mixins/action-ref";
import type { Database, Reader, Tx } from "../mixins/database/types";
import type { GroupCommit } from "../mixins/group-commit/types";
import type { DeadLetters } from "../mixins/inbox";
import type { Outbox } from "../mixins/outbox/types";
import type { Outcome } from "../mixins/outcome";
import type { OutsideStepHandler, StepHandler } from "../mixins/participant/types";
import type { Rebuilds } from "../mixins/rebuild/types";
import type { Sagas } from "../mixins/saga/types";
import type { Config } from "./config";
import type { ActionSpec, AnySpec, BatchSpec, PivotSpec, RetriableSpec, StepSpec } from "./contract";

/** Who is calling, as the gateway read it from the token. Absent for calls between services and from the REPL. */
export interface Caller {
  id: string;
  role: "customer" | "admin";
}

/** The Idempotency-Key of a request. Scope: user, method and full path; `bodyHash` is that of the canonical JSON body. */
export interface IdempotencyKey {
  key: string;
  userId: string;
  /** Method and full path with its ids. */
  route: string;
  bodyHash: string;
}

/** What travels beside the parameters of a request. */
export interface RequestMeta {
  caller?: Caller;
  requestId?: string;
  /** W3C: where in the trace the action is that has this meta. */
  traceparent?: string;
  idempotency?: IdempotencyKey;
}

/** A context's whole `meta`, with what the handler tells the gateway. Names with `$` are moleculer-web's, or like them. */
export interface Meta extends RequestMeta {
  $statusCode?: number;
  $location?: string;
  /** The answer is that of an earlier request with the same key. */
  $replayed?: boolean;
}

/** Staff may see what belongs to others. */
export const isStaff = ({ caller }: RequestMeta): boolean => caller?.role === "admin";

/** Whether `userId`, who asks, may see what belongs to `ownerId`. To others it is as unknown as what doesn't exist. */
export const isOwnOrStaff = (meta: RequestMeta, userId: string, ownerId: string): boolean => ownerId === userId || isStaff(meta);

/** Calls another service by its contract. A refusal is thrown as an error whose `type` is the code. Batch calls of one turn travel together. */
export type Call = <A extends ActionRef | BatchRef>(ref: A, params: ParamsOf<A>) => Promise<ResultOf<A>>;

/** What an ordinary handler gets. */
export interface Ctx<P> {
  params: P;
  meta: RequestMeta;
  call: Call;
  /** Only in services that have a database; so is `group`. */
  db: Database;
  /** Collects writes of several calls into one transaction. */
  group: GroupCommit;
  /** Only in services that host sagas. */
  sagas: Sagas;
  /** Only in services that consume events. */
  deadLetters: DeadLetters;
  /** Only in services that have a read model, on nodes that consume events. */
  rebuilds?: Rebuilds | undefined;
  /** Only in services that publish events. */
  outbox: Outbox;
  config: Config;
  service: Service;
  /** Answers over REST with that status, and `Location` when given. */
  respond(status: number, location?: string): void;
  /** Marks the answer as that of an earlier request with the same key. */
  replayed(): void;
}

/** An ordinary handler. Refusals are thrown as `ShopError`. */
export type Handler<P, R> = (ctx: Ctx<P>) => Promise<R>;

/** One call of a command, with what belongs to it alone. */
export interface CommandCall<P> {
  params: P;
  meta: RequestMeta;
  /** Only in services that host sagas. */
  sagas?: Sagas;
}

/** A write of one action, set-based: the calls that wait together share a transaction. */
export interface Command<P, R> {
  command(calls: readonly CommandCall<P>[], tx: Tx): Promise<readonly Outcome<R>[]>;
  /** Rows that a call changes and others may want at the same time. */
  hotRows?(params: P): readonly string[];
}

/** A set-based read. */
export interface Batch<P, R> {
  batch(calls: readonly P[], db: Reader): Promise<readonly Outcome<R>[]>;
}

/** `H`, but for an action with an Idempotency-Key, of which a plain handler would take no notice. One that waits keeps the key itself. */
type PlainHandler<H, K, W> = undefined extends K ? H : undefined extends W ? never : H;

/** What a service has to supply for an action, by the kind of its specification. */
export type HandlerOf<S extends AnySpec> =
  S extends ActionSpec<infer P, infer R, infer K, infer W>
    ? Command<z.output<P>, z.input<R>> | PlainHandler<Handler<z.output<P>, z.input<R>>, K, W>
    : S extends BatchSpec<infer P, infer R>
      ? Batch<z.output<P>, z.input<R>>
      : S extends StepSpec<infer P, infer R>
        ? UndoableHandler<z.output<P>, z.output<R>>
        : S extends RetriableSpec<infer P, infer R>
          ? RetriableHandler<z.output<P>, z.output<R>>
          : S extends PivotSpec<infer P, infer R>
            ? OutsideStepHandler<z.output<P>, z.output<R>, unknown>
            : never;

/** A step before the pivot: what `forward` does can be taken back. */
export type UndoableHandler<P, R> = StepHandler<P, R> & Required<Pick<StepHandler<P, R>, "undo">>;

/** A step after the pivot: what `forward` does is never taken back. */
export type RetriableHandler<P, R> = Pick<StepHandler<P, R>, "forward"> & { undo?: never };

/** Types an ordinary handler by its action: `handler(point.balance, async ({ params, db }) => …)`. */
export function handler<R, In>(_action: ActionRef<never, R, string, In>, run: Handler<In, NoInfer<R>>): Handler<In, R> {
  return run;
}

/** Types a command by its action. */
export function command<R, In>(
  _action: ActionRef<never, R, string, In>,
  run: Command<In, NoInfer<R>>["command"],
  hotRows?: Command<In, R>["hotRows"],
): Command<In, R> {
  return { command: run, hotRows };
}

/** Types a set-based read by its action. */
export function batchHandler<R, In>(_action: BatchRef<never, R, string, In>, run: Batch<In, NoInfer<R>>["batch"]): Batch<In, R> {
  return { batch: run };
}

/** Types the forward and the undo of a saga step by its action. */
export function stepHandler<R, In>(_action: StepRef<never, R, string, In>, step: UndoableHandler<In, NoInfer<R>>): UndoableHandler<In, R> {
  return step;
}

/** Types a step after the pivot by its action. */
export function retriableHandler<R, In>(
  _action: StepRef<never, R, string, In>,
  step: RetriableHandler<In, NoInfer<R>>,
): RetriableHandler<In, R> {
  return step;
}

/** Types a pivot whose work may lie outside of the database. `W` is what that work needs. */
export function pivotHandler<R, In, W>(
  _action: StepRef<never, R, string, In>,
  step: OutsideStepHandler<In, NoInfer<R>, W>,
): OutsideStepHandler<In, R, unknown> {
  return step as OutsideStepHandler<In, R, unknown>;
}
