/** The events of the shop as others see them: who publishes and who consumes each, and what it holds. All of it is read off the services. */
import type { ContractBase, EventRef } from "../../lib/contract";
import type { Consumed } from "../../lib/service";
import { domainServices } from "../../services";
import { contracts } from "../../services/gateway/contracts";
import { Schemas, type Schema } from "../../services/gateway/openapi/schemas";

export interface Published {
  event: EventRef;
  /** The number at the topic's end. */
  version: number;
  /** The service that publishes it. */
  owner: string;
  consumers: readonly string[];
  /** Of its payload; schemas with an id are referred to. */
  payload: Schema;
}

type Consumers = Readonly<Record<string, { consumes: readonly Consumed[] }>>;

/** The events of these contracts, and the schemas that their payloads refer to. */
export function publishedEvents(of: readonly ContractBase[] = contracts, services: Consumers = domainServices) {
  const schemas = new Schemas();
  const events = of.flatMap(({ $name: owner, events: own }) =>
    Object.values<EventRef>(own).map((event): Published => {
      const consumers = Object.entries(services).filter(([, { consumes }]) => consumes.some((one) => isSame(one, event)));
      const payload = tolerant(schemas.of(event.data, "input")); // as it lies on the topic: what has a default may be missing in old events
      return { event, owner, payload, version: versionOf(event.topic), consumers: consumers.map(([name]) => name) };
    }),
  );
  return { events, schemas: tolerant(schemas.named) as Record<string, Schema> };
}

const isSame = ({ topic, type }: Consumed, event: EventRef) => topic === event.topic && type === event.name;

/** Of a topic, or of its dead letters. */
export function versionOf(topic: string): number {
  const [, version] = /\.v(\d+)$/.exec(topic) ?? [];
  if (version === undefined) throw new Error(`${topic} doesn't end with its version`);
  return Number(version);
}

/**
 * As consumers are to read it: they ignore fields that they don't know, so that fields can be added. Services are strict about what they publish,
 * which is nobody else's business; nor is how far integers go in JavaScript.
 */
function tolerant<T extends Schema>(schema: T): T {
  const loosened = JSON.stringify(schema, (key, value: unknown) =>
    (key === "additionalProperties" && value === false) ||
    (key === "minimum" && value === Number.MIN_SAFE_INTEGER) ||
    (key === "maximum" && value === Number.MAX_SAFE_INTEGER)
      ? undefined
      : value,
  );
  return JSON.parse(loosened) as T;
}

/** The schema with what it refers to in the place of the references. */
export function inlined(schema: Schema, named: Readonly<Record<string, Schema>>): Schema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    const ref = (value as { $ref?: unknown } | null)?.$ref;
    if (typeof ref !== "string") return value;
    const { $ref: _ref, ...beside } = value as Schema;
    const referred = named[ref.split("/").at(-1)!];
    if (!referred) throw new Error(`${ref} is nowhere`);
    return { ...inlined(referred, named), ...beside };
  }) as Schema;
}
