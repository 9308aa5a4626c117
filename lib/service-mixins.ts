import type { ServiceBroker, ServiceSchema } from "moleculer";

import { databaseMixin, tableReads } from "../mixins/database";
import { idempotencyMixin } from "../mixins/idempotency";
import { inboxMixin } from "../mixins/inbox";
import { outboxMixin } from "../mixins/outbox";
import { participantMixin, type ParticipantStep } from "../mixins/participant";
import { sagaMixin } from "../mixins/saga";
import { busOf } from "./bus";
import { configOf } from "./config";
import type { AnySpec, ContractBase } from "./contract";
import { subscriptions } from "./events";
import { rebuilding } from "./read-models/rebuild";
import { handlersOf, publishes, type ServiceParts, specsOf } from "./service-parts";
import { turnsOf } from "./turns";

/** The machinery that a service needs for what it supplies, in the order in which it is started. */
export function mixinsOf<A extends Record<string, AnySpec>>(
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
