/** What a service is made of: what it supplies, and what it has beside because of that. */
import type { Service, ServiceSchema } from "moleculer";

import type { Migration, tableReads } from "../mixins/database";
import type { InboxOptions } from "../mixins/inbox";
import type { BoundSaga } from "../mixins/saga";
import type { AnySpec, ContractBase } from "./contract";
import { deadLetterActions } from "./dead-letters/contract";
import { deadLetterHandlers } from "./dead-letters/handlers";
import type { Consumer } from "./events";
import type { HandlerOf } from "./handlers";
import { outboxActions } from "./outbox/contract";
import { outboxHandlers } from "./outbox/handlers";
import { readModelActions } from "./read-models/contract";
import { readModelHandlers } from "./read-models/handlers";
import type { ReadModelParts } from "./read-models/rebuild";
import { sagaActions } from "./sagas/contract";
import { sagaHandlers } from "./sagas/handlers";

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

/** A service that hosts sagas, publishes or consumes events or has a read model has actions for operators beside those of its contract. */
export function specsOf<A extends Record<string, AnySpec>>(
  contract: ContractBase<string, A>,
  { sagas, consumes, readModel }: ServiceParts<A>,
): Record<string, AnySpec> {
  const ofOutbox = publishes(contract) && outboxActions;
  const ofConsumer = { ...(consumes && deadLetterActions), ...(readModel && readModelActions) };
  return { ...contract.$actions, ...ofOutbox, ...(sagas && sagaActions), ...ofConsumer };
}

/** The handlers of all these actions. */
export function handlersOf<A extends Record<string, AnySpec>>(
  contract: ContractBase<string, A>,
  { actions, sagas, consumes, readModel }: ServiceParts<A>,
): Record<string, unknown> {
  const ofOutbox = publishes(contract) && outboxHandlers;
  const ofConsumer = { ...(consumes && deadLetterHandlers), ...(readModel && readModelHandlers) };
  return { ...actions, ...ofOutbox, ...(sagas && sagaHandlers), ...ofConsumer };
}

/** Whether it has an outbox. */
export const publishes = ({ events }: ContractBase): boolean => Object.keys(events).length > 0;
