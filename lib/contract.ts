/**
 * Contracts: all that other services may know of a service. Parameters, results, refusals, events and REST routes are said once, here;
 * validation, the types of calls and the gateway's routes come from them, and `docs/rest.md` is held against them.
 */
import type { z } from "zod";

import type { ActionRef, BatchRef, StepRef, UndoRef, VerifyRef } from "../mixins/action-ref";
import type { ErrorCode } from "./errors/catalogue";
import { parse } from "./validation";

/** A REST route below `/api/v1`, e.g. `GET /orders/:id`. */
export type Route = `${"GET" | "POST" | "PATCH" | "DELETE"} /${string}`;

/** How the gateway offers an action. A route alone stands for the defaults. */
export interface RestOptions {
  route: Route;
  /** Who may call it. Default `customer`: anybody who is signed in. */
  auth?: "public" | "customer" | "admin";
  /** Default: 201 for POST, else 200. */
  status?: 200 | 201 | 202 | 204;
  /** What it does, in a few words for the API's document. */
  summary?: string;
  /** The field `userId` is a filter: staff may name a customer in the query, or leave it out and get everybody's; others get their own. */
  staffChoosesUser?: true;
  /** Fields that only staff may give; from others they are unknown. */
  staffFilters?: readonly string[];
  /** The field `version` may come as `If-Match` too, with the ETag of a read. */
  ifMatch?: true;
  /**
   * The body goes to the field `body` as the text that it is, unread, and these headers to the fields that stand for them. `body` is what
   * the text should hold, for the API's document.
   */
  raw?: { headers: Readonly<Record<string, string>>; body?: z.ZodType };
  /**
   * Server-sent events. The action answers `{ events: { id, event, data }[], final }` with what came after the event `after` (a field; none:
   * the present state), waits for some seconds when there is nothing, and is asked again until it says that it was final.
   */
  stream?: true;
}

interface Common<P extends z.ZodObject, R extends z.ZodType> {
  /** A strict object. A field `userId` is filled by the gateway from the token and refused from the client. */
  params: P;
  result: R;
  /** Codes of the catalogue that callers have to expect besides validation and technical ones. */
  refuses?: readonly ErrorCode[];
}

type KeyUse = "required" | "optional" | undefined;
type Waits = true | undefined;

/**
 * An ordinary action. `K` and `W` are what it says of its key and of waiting, on which its handler's type depends; they hold undefined
 * when it says nothing.
 */
export interface ActionSpec<
  P extends z.ZodObject = z.ZodObject,
  R extends z.ZodType = z.ZodType,
  K extends KeyUse = KeyUse,
  W extends Waits = Waits,
> extends Common<P, R> {
  kind: "action";
  rest?: RestOptions;
  /**
   * The effect is applied once for a key; the key, the body's hash and the answer live in the owning service. The handler must be a
   * command, whose keys `lib/service.ts` keeps, unless the action `waits`: then they are kept beside what it waits for.
   */
  idempotencyKey?: K;
  /**
   * It begins work that tells events. While too many wait in the service's outbox (`OUTBOX_MAX_WAITING`) it is refused with OVERLOADED before
   * anything is begun. Not for what goes on with work that was begun, which has to end.
   */
  publishes?: true;
  /** It waits for a saga, or for what another service writes in its stead, and so may take longer than other calls. */
  waits?: W;
}

/** A set-based read: calls that are made in the same turn of the event loop travel as one. */
export interface BatchSpec<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType> extends Common<P, R> {
  kind: "batch";
}

/** A compensable step. */
export interface StepSpec<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType, U extends string = string> extends Common<
  P,
  R
> {
  kind: "step";
  /** Name of the action that takes the step back. */
  undo: U;
}

/** A step after the pivot. It can't be refused and is never taken back. */
export interface RetriableSpec<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType> extends Common<P, R> {
  kind: "retriable";
}

/** The deciding step. */
export interface PivotSpec<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType, V extends string = string> extends Common<
  P,
  R
> {
  kind: "pivot";
  /** Name of the action that tells the outcome, and seals. */
  verify: V;
}

/** What a contract says of one action. */
export type AnySpec = ActionSpec | BatchSpec | StepSpec | RetriableSpec | PivotSpec;

type Rest = { rest?: Route | RestOptions };

/** An ordinary action. */
export function action<P extends z.ZodObject, R extends z.ZodType, K extends KeyUse, W extends Waits>(
  spec: Omit<ActionSpec<P, R, K, W>, "kind" | "rest"> & Rest,
): ActionSpec<P, R, K, W> {
  const { rest, ...others } = spec;
  return { kind: "action", ...others, ...(rest && { rest: typeof rest === "string" ? { route: rest } : rest }) };
}

/** A set-based read without an entry at the gateway. */
export function batch<P extends z.ZodObject, R extends z.ZodType>(spec: Omit<BatchSpec<P, R>, "kind">): BatchSpec<P, R> {
  return { kind: "batch", ...spec };
}

/** A compensable step of sagas, with the action that takes it back. */
export function sagaStep<P extends z.ZodObject, R extends z.ZodType, const U extends string>(
  spec: Omit<StepSpec<P, R, U>, "kind">,
): StepSpec<P, R, U> {
  return { kind: "step", ...spec };
}

/** A step of sagas that comes after the pivot: it is repeated until it is done. */
export function retriableStep<P extends z.ZodObject, R extends z.ZodType>(
  spec: Omit<RetriableSpec<P, R>, "kind" | "refuses">,
): RetriableSpec<P, R> {
  return { kind: "retriable", ...spec };
}

/** The deciding step of sagas, with the action that tells its outcome. */
export function pivotStep<P extends z.ZodObject, R extends z.ZodType, const V extends string>(
  spec: Omit<PivotSpec<P, R, V>, "kind">,
): PivotSpec<P, R, V> {
  return { kind: "pivot", ...spec };
}

interface EventSpec<D extends z.ZodObject = z.ZodObject> {
  topic: string;
  /** The field of the data that must stay in order. */
  key: string;
  /** What has happened, in a sentence for the events' document. */
  summary: string;
  data: D;
  example: z.output<D>;
}

/**
 * An event of this service: its topic, the field that is its key, its data, and what there is to say of it. The number at the topic's end is the
 * version of all that it holds: a change that old consumers, or new ones that read old events, can't take needs a new topic (`npm run events`).
 */
export function event<D extends z.ZodObject>(
  topic: `${string}.v${number}`,
  spec: { key: keyof z.output<D> & string; summary: string; data: D; example: NoInfer<z.output<D>> },
): EventSpec<D> {
  return { topic, ...spec };
}

/** An event with its full name, e.g. `order.completed`. */
export interface EventRef<D extends z.ZodObject = z.ZodObject> extends EventSpec<D> {
  name: string;
}

/** The data of an event as its consumers get it. */
export type EventData<E> = E extends EventSpec<infer D> ? z.output<D> : never;

type Specs = Record<string, AnySpec>;
type Events = Record<string, EventSpec>;

/** The reference that callers hold, by the kind of the specification. */
type RefOf<S, N extends string> =
  S extends ActionSpec<infer P, infer R>
    ? ActionRef<z.input<P>, z.output<R>, N, z.output<P>>
    : S extends BatchSpec<infer P, infer R>
      ? BatchRef<z.input<P>, z.output<R>, N, z.output<P>>
      : S extends StepSpec<infer P, infer R>
        ? StepRef<z.input<P>, z.output<R>, N, z.output<P>>
        : S extends RetriableSpec<infer P, infer R> | PivotSpec<infer P, infer R>
          ? StepRef<z.input<P>, z.output<R>, N, z.output<P>>
          : never;

type Refs<N extends string, A extends Specs> = { readonly [K in keyof A & string]: RefOf<A[K], `${N}.${K}`> };
type Undos<N extends string, A extends Specs> = {
  readonly [K in keyof A as A[K] extends { undo: infer U extends string } ? U : never]: A[K] extends { undo: infer U extends string }
    ? UndoRef<`${N}.${U}`>
    : never;
};
type Verifies<N extends string, A extends Specs> = {
  readonly [K in keyof A as A[K] extends { verify: infer V extends string } ? V : never]: A[K] extends { verify: infer V extends string }
    ? VerifyRef<`${N}.${V}`>
    : never;
};

/** Any contract, without the references to its actions. */
export interface ContractBase<N extends string = string, A extends Specs = Specs, E extends Events = Events> {
  /** The service's name. */
  readonly $name: N;
  readonly $actions: A;
  readonly events: { readonly [K in keyof E & string]: EventRef<E[K]["data"]> };
}

type Contract<N extends string, A extends Specs, E extends Events> = ContractBase<N, A, E> & Refs<N, A> & Undos<N, A> & Verifies<N, A>;

/** Builds a contract: its actions become references (`point.use`), its events stand under `events` (`point.events.charged`). */
export function contract<const N extends string, A extends Specs, E extends Events = Record<never, never>>(
  name: N,
  spec: { actions: A; events?: E },
): Contract<N, A, E> {
  const refs: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(spec.actions)) {
    refs[key] = one.kind === "action" || one.kind === "batch" ? { name: `${name}.${key}`, kind: one.kind } : stepRef(`${name}.${key}`, one);
    if (one.kind === "step") refs[one.undo] = { name: `${name}.${one.undo}`, kind: "undo" };
    if (one.kind === "pivot") refs[one.verify] = { name: `${name}.${one.verify}`, kind: "verify" };
  }
  const events = Object.fromEntries(Object.entries(spec.events ?? {}).map(([key, one]) => [key, { ...one, name: `${name}.${key}` }]));
  return { $name: name, $actions: spec.actions, events, ...refs } as unknown as Contract<N, A, E>;
}

function stepRef(name: string, { result }: StepSpec | RetriableSpec | PivotSpec): StepRef {
  return { name, kind: "step", parseResult: (given) => parse(result, given) };
}
