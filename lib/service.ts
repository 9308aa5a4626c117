/**
 * Turns a contract and its handlers into a Moleculer service. Everything that isn't the service's own business is added here, by what the
 * contract says: validation, the database, group commit, idempotency keys, barriers, outbox, inbox, sagas.
 */
import type { ActionHandler, ActionSchema, Context, Service, ServiceBroker, ServiceSchema } from "moleculer";

import { databaseMixin, tableReads, type Database, type Migration } from "../mixins/database";
import type { GroupCommit, GroupHandler } from "../mixins/group-commit";
import { idempotencyMixin, idempotent } from "../mixins/idempotency";
import { type DeadLetters, inboxMixin, type InboxOptions } from "../mixins/inbox";
import type { Outcome } from "../mixins/outcome";
import { outboxMixin, type Outbox } from "../mixins/outbox";
import type { Rebuilds } from "../mixins/rebuild";
import { participantMixin, type ParticipantStep } from "../mixins/participant";
import { sagaMixin, type BoundSaga, type Sagas } from "../mixins/saga";
import { busOf } from "./bus";
import { callerFor } from "./call";
import { configOf } from "./config";
import type { ActionSpec, AnySpec, BatchSpec, ContractBase, PivotSpec, RetriableSpec, StepSpec } from "./contract";
import { deadLetterActions } from "./dead-letters/contract";
import { deadLetterHandlers } from "./dead-letters/handlers";
import { errorOf, ShopError } from "./errors";
import { subscriptions, type Consumer } from "./events";
import type { Batch, Command, CommandCall, Ctx, Handler, HandlerOf, Meta } from "./handlers";
import type { ActionKind } from "./limits";
import { isWorthRemembering } from "./once";
import { outboxActions } from "./outbox/contract";
import { outboxHandlers } from "./outbox/handlers";
import { readModelActions } from "./read-models/contract";
import { readModelHandlers } from "./read-models/handlers";
import { type ReadModelParts, rebuilding } from "./read-models/rebuild";
import { sagaActions } from "./sagas/contract";
import { sagaHandlers } from "./sagas/handlers";
import { turnsOf } from "./turns";
import { parse } from "./validation";

/** What a service supplies to its contract. */
export interface ServiceParts<A extends Record<string, AnySpec>> {
  /** Left out by a service that has no database. */
  migrations?: readonly Migration[];
  /** One handler for each action of the contract; a missing one doesn't compile. */
  actions: { [K in keyof A]: HandlerOf<A[K]> };
  /** Sagas that this service starts and owns. */
  sagas?: readonly BoundSaga[];
  consumes?: readonly Consumer[];
  /** `lingerMs`: how long events wait for others to share their transaction, for who may be late. */
  inbox?: Pick<InboxOptions, "lingerMs">;
  /** What it consumes can be built anew while it is in use: into these tables, which its handlers write. */
  readModel?: ReadModelParts;
  /** Plain reads for staff and the REPL (`<service>.find`, `.get`, `.count`). */
  reads?: Parameters<typeof tableReads>[0];
  mixins?: readonly Partial<ServiceSchema>[];
  started?(this: Service): Promise<void>;
}

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

/** A service that hosts sagas, publishes or consumes events or has a read model has actions for operators beside those of its contract. */
function specsOf<A extends Record<string, AnySpec>>(
  contract: ContractBase<string, A>,
  { sagas, consumes, readModel }: ServiceParts<A>,
): Record<string, AnySpec> {
  const ofOutbox = publishes(contract) && outboxActions;
  const ofConsumer = { ...(consumes && deadLetterActions), ...(readModel && readModelActions) };
  return { ...contract.$actions, ...ofOutbox, ...(sagas && sagaActions), ...ofConsumer };
}

function handlersOf<A extends Record<string, AnySpec>>(
  contract: ContractBase<string, A>,
  { actions, sagas, consumes, readModel }: ServiceParts<A>,
): Record<string, unknown> {
  const ofOutbox = publishes(contract) && outboxHandlers;
  const ofConsumer = { ...(consumes && deadLetterHandlers), ...(readModel && readModelHandlers) };
  return { ...actions, ...ofOutbox, ...(sagas && sagaHandlers), ...ofConsumer };
}

const publishes = ({ events }: ContractBase): boolean => Object.keys(events).length > 0;

function mixinsOf<A extends Record<string, AnySpec>>(
  contract: ContractBase<string, A>,
  parts: ServiceParts<A>,
  steps: readonly ParticipantStep[],
): Partial<ServiceSchema>[] {
  const { $name: name } = contract;
  const handlers = handlersOf(contract, parts);
  const keepsKeys = Object.entries(specsOf(contract, parts)).some(
    ([key, spec]) => spec.kind === "action" && spec.idempotencyKey && "command" in (handlers[key] as object),
  );
  const table = `${name.replaceAll("-", "_")}_outbox_event`;
  const embedded = (broker: ServiceBroker) => configOf(broker).embedded;
  const eventsOn = (broker: ServiceBroker) => configOf(broker).events;
  const retentionMs = (broker: ServiceBroker) => configOf(broker).eventRetentionMs;
  const mostWaiting = (broker: ServiceBroker) => configOf(broker).outboxMaxWaiting;
  return [
    ...(parts.migrations
      ? [
          databaseMixin({
            name,
            url: (broker) => configOf(broker).databaseUrl(name),
            migrations: parts.migrations,
            migrateAtStart: embedded,
            turns: (broker) => turnsOf(broker, name),
          }),
        ]
      : []),
    ...(keepsKeys || parts.consumes ? [idempotencyMixin()] : []),
    ...(publishes(contract)
      ? [outboxMixin({ table, bus: busOf, topics: topicsOf(contract), relays: eventsOn, exclusive: embedded, mostWaiting })]
      : []),
    ...(steps.length ? [participantMixin(steps)] : []),
    ...(parts.sagas ? [sagaMixin({ sagas: parts.sagas, claimAtOnce: embedded })] : []),
    ...(parts.consumes
      ? [
          inboxMixin({
            ...parts.inbox,
            consumer: name,
            bus: busOf,
            consumes: eventsOn,
            retentionMs,
            subscriptions: subscriptions(parts.consumes),
          }),
        ]
      : []),
    ...(parts.readModel ? [rebuilding(name, parts.readModel, parts)] : []),
    ...(parts.reads ? [tableReads(parts.reads)] : []),
    ...(parts.mixins ?? []),
  ];
}

const topicsOf = ({ events }: ContractBase): string[] => [...new Set(Object.values(events).map(({ topic }) => topic))];

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
