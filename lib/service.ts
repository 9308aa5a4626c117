/**
 * Turns a contract and its handlers into a Moleculer service. Everything that isn't the service's own business is added here, by what the
 * contract says: validation, the database, group commit, idempotency keys, barriers, outbox, inbox, sagas.
 */
import type { ActionHandler, ActionSchema, Context, Service, ServiceSchema } from "moleculer";

import type { Database, Migration } from "../mixins/database";
import type { GroupCommit, GroupHandler } from "../mixins/group-commit";
import { idempotent } from "../mixins/idempotency";
import type { DeadLetters } from "../mixins/inbox";
import type { Outbox } from "../mixins/outbox";
import type { Outcome } from "../mixins/outcome";
import type { ParticipantStep } from "../mixins/participant";
import type { Rebuilds } from "../mixins/rebuild";
import type { Sagas } from "../mixins/saga";
import { callerFor } from "./call";
import { configOf } from "./config";
import type { ActionSpec, AnySpec, BatchSpec, ContractBase, PivotSpec, RetriableSpec, StepSpec } from "./contract";
import { errorOf, ShopError } from "./errors";
import type { Consumer } from "./events";
import type { Batch, Command, CommandCall, Ctx, Handler, Meta } from "./handlers";
import type { ActionKind } from "./limits";
import { isWorthRemembering } from "./once";
import { mixinsOf } from "./service-mixins";
import { handlersOf, type ServiceParts, specsOf } from "./service-parts";
import { parse } from "./validation";

/** A Moleculer service schema that also tells which tables it needs and which events it consumes. */
export type ShopService = ServiceSchema & { name: string; migrations: readonly Migration[]; consumes: readonly Consumed[] };

/** An event that a service consumes. */
export type Consumed = Pick<Consumer, "topic" | "type">;

/**
 * The Moleculer service of a contract. It reads its settings from the broker that it is created on (`configOf`), and what the mixins need
 * of it stands on the service: `db`, `group` and, where sagas are hosted, `sagas`.
 */
export function service<N extends string, A extends Record<string, AnySpec>>(
  contract: ContractBase<N, A>,
  parts: ServiceParts<A>,
): ShopService {
  const name = contract.$name;
  const steps: ParticipantStep[] = [];
  const actions: Record<string, ActionSchema<Host> & { kind: ActionKind }> = {};
  const handlers = handlersOf(contract, parts);
  for (const [key, spec] of Object.entries(specsOf(contract, parts))) {
    const given = handlers[key];
    if (spec.kind === "action") actions[key] = { kind: kindOf(spec), handler: actionHandler(`${name}.${key}`, spec, given as AnyHandler) };
    else if (spec.kind === "batch")
      actions[key] = { kind: "read", tracing: false, handler: batchActionHandler(spec, given as Batch<unknown, unknown>) };
    else steps.push(participantStep(key, spec, given));
  }
  return {
    name,
    migrations: parts.migrations ?? [],
    consumes: (parts.consumes ?? []).map(({ topic, type }) => ({ topic, type })),
    mixins: mixinsOf(contract, parts, steps),
    actions: actions as unknown as Record<string, ActionSchema>,
    ...(parts.started && { started: parts.started }),
  };
}

/** What the mixins put on the service. */
type Host = Service & { db: Database; group: GroupCommit; sagas: Sagas; deadLetters: DeadLetters; outbox: Outbox; rebuilds?: Rebuilds };

function kindOf({ waits, rest }: ActionSpec): ActionKind {
  if (waits) return "wait";
  return rest?.route.startsWith("GET ") ? "read" : "write";
}

type AnyHandler = Handler<unknown, unknown> | Command<unknown, unknown>;

function actionHandler(name: string, spec: ActionSpec, given: AnyHandler): ActionHandler<Host> {
  if (typeof given === "function") {
    return async function (this: Host, ctx: Context<unknown, Meta>) {
      const params = parse(spec.params, ctx.params);
      refuseAboveBound(spec, this);
      return given(contextOf(this, ctx, params));
    };
  }
  const group = groupHandler(name, spec, given);
  return async function (this: Host, ctx: Context<unknown, Meta>) {
    const params = parse(spec.params, ctx.params);
    refuseAboveBound(spec, this);
    const outcome: Outcome = await this.group.submit(group, { params, meta: ctx.meta, sagas: this.sagas });
    if (outcome.replayed) ctx.meta.$replayed = true;
    if (!outcome.ok) throw errorOf(outcome);
    return outcome.result;
  };
}

/** At the door, because nothing is begun there yet (docs/adr/0013). A key that was answered before gets its answer when the outbox is no longer full. */
function refuseAboveBound({ publishes: begins }: ActionSpec, { outbox }: Host): void {
  if (begins && outbox.full) throw new ShopError("OVERLOADED", "Too many events wait to be sent");
}

function groupHandler(
  name: string,
  spec: ActionSpec,
  { command, hotRows }: Command<unknown, unknown>,
): GroupHandler<CommandCall<unknown>, unknown> {
  const plain: GroupHandler<CommandCall<unknown>, unknown> = {
    name,
    run: (calls, tx) => command(calls, tx),
    hotRows: ({ params }) => hotRows?.(params) ?? [],
  };
  return spec.idempotencyKey ? idempotent(plain, { keyOf: (call) => call.meta.idempotency, remembers: isWorthRemembering }) : plain;
}

/** One call's bad parameters refuse that call alone. */
function batchActionHandler(spec: BatchSpec, given: Batch<unknown, unknown>): ActionHandler<Host> {
  return async function (this: Host, ctx: Context<{ calls: unknown[] }>) {
    const outcomes: Outcome[] = [];
    const valid: { at: number; params: unknown }[] = [];
    for (const [at, call] of callsOf(ctx.params).entries()) {
      const params = spec.params.safeParse(call);
      if (params.success) valid.push({ at, params: params.data });
      else outcomes[at] = { ok: false, type: "VALIDATION_FAILED" };
    }
    if (valid.length) {
      const answers = await given.batch(
        valid.map(({ params }) => params),
        this.db,
      );
      for (const [position, { at }] of valid.entries()) outcomes[at] = answers[position]!;
    }
    return { outcomes };
  };
}

function callsOf(params: unknown): unknown[] {
  const calls = (params as { calls?: unknown } | undefined)?.calls;
  if (!Array.isArray(calls)) throw new ShopError("VALIDATION_FAILED", "a set-based action takes { calls: [...] }");
  return calls;
}

function participantStep(name: string, spec: StepSpec | RetriableSpec | PivotSpec, handler: unknown): ParticipantStep {
  return {
    name,
    ...(spec.kind === "step" && { undo: spec.undo }),
    ...(spec.kind === "pivot" && { verify: spec.verify }),
    parse: (params) => parse(spec.params, params),
    handler: handler as ParticipantStep["handler"],
  };
}

function contextOf<P>(host: Host, ctx: Context<unknown, Meta>, params: P): Ctx<P> {
  return {
    params,
    meta: ctx.meta,
    call: callerFor(host, ctx),
    db: host.db,
    group: host.group,
    sagas: host.sagas,
    deadLetters: host.deadLetters,
    rebuilds: host.rebuilds,
    outbox: host.outbox,
    config: configOf(host.broker),
    service: host,
    respond(status, location) {
      ctx.meta.$statusCode = status;
      if (location) ctx.meta.$location = location;
    },
    replayed() {
      ctx.meta.$replayed = true;
    },
  };
}
