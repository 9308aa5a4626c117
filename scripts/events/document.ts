/** The AsyncAPI 3.0 document of the events, made of the contracts and of what the services consume. */
import { createdBy, headersSchema } from "./headers";
import { type Published, publishedEvents } from "./published";

const description = `
What the shop tells of itself. Each topic belongs to one service; what has one key stays in order. An event is committed with the state change that it
tells of, and delivered at least once: \`ce_id\` is the same at every delivery, so a consumer that keeps the ids that it has applied applies each once.

Payloads are JSON, attributes are [CloudEvents 1.0](https://cloudevents.io) headers in the binary mode of its Kafka binding. Fields may be added: ignore those
that you don't know. Money is an integer in the currency's minor unit, times are ISO 8601 in UTC, ids are opaque.

What a consumer can't apply goes to \`<topic>.<consumer>.dlq\`, as it was, with the error in its headers.
`.trim();

export const documentFile = "docs/asyncapi.yaml";

/** What each topic is about. One without an entry doesn't get a document. */
const topics: Readonly<Record<string, string>> = {
  user: "Accounts",
  product: "The catalogue: what is offered, never stock or sales",
  point: "What moves customers' balances",
  coupon: "Coupons on offer, and what becomes of customers' own",
  order: "Orders, from being placed to their end. Every event tells all of the order",
  payment: "Payments of orders, as they then are",
};

interface Ref {
  $ref: string;
}

/** A reference within the document. */
const ref = (...path: string[]): Ref => ({ $ref: `#/${path.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}` });

/** The document of these events; by default the shop's. */
export function asyncApiDocument({ events, schemas }: ReturnType<typeof publishedEvents> = publishedEvents()) {
  const byTopic = Map.groupBy(events, ({ event }) => event.topic);
  return {
    asyncapi: "3.0.0",
    info: { title: "moleculer-commerce events", version: "1.0.0", description, license: { name: "MIT" } },
    defaultContentType: "application/json",
    servers: { bus },
    channels: Object.fromEntries([...byTopic].map(([topic, own]) => [topic, channelOf(topic, own)])),
    operations: Object.fromEntries([...byTopic].flatMap(([topic, own]) => operationsOf(topic, own))),
    components: {
      messages: Object.fromEntries(events.map((one) => [one.event.name, messageOf(one)])),
      schemas: { EventHeaders: headersSchema, ...schemas },
    },
  };
}

const bus = {
  host: "{host}:{port}",
  protocol: "kafka",
  description:
    "The event bus of a deployment. In the embedded size it is a file of the one process, and nobody connects to it. With a `NAMESPACE` of its own, a shop's topics begin with that and a dot.",
  variables: { host: { description: "A broker to begin with", default: "localhost" }, port: { default: "9092" } },
};

function channelOf(topic: string, events: readonly Published[]) {
  const owner = events[0]!.owner;
  const about = topics[owner];
  if (about === undefined) throw new Error(`say in scripts/events/document.ts what ${topic} is about`);
  return {
    address: topic,
    title: owner,
    description: about,
    servers: [ref("servers", "bus")],
    messages: Object.fromEntries(events.map(({ event }) => [event.name, ref("components", "messages", event.name)])),
    bindings: { kafka: { topic, bindingVersion: "0.5.0" } },
  };
}

function messageOf({ event, owner, payload }: Published) {
  const { summary, key, name, example } = event;
  const keySchema = (payload.properties as Record<string, object>)[key];
  return {
    name,
    title: name,
    summary,
    contentType: "application/json",
    headers: { allOf: [ref("components", "schemas", "EventHeaders"), createdBy(event)] },
    payload,
    bindings: {
      kafka: { key: { ...keySchema, description: `The payload's ${key}: what has one stays in order` }, bindingVersion: "0.5.0" },
    },
    examples: [{ name: "example", payload: example }],
    "x-key": key,
    "x-owner": owner,
  };
}

interface Operation {
  action: "send" | "receive";
  channel: Ref;
  title: string;
  summary: string;
  messages: Ref[];
}

/** What the owner sends, and what each consumer receives. */
function operationsOf(topic: string, events: readonly Published[]): [string, Operation][] {
  const messages = (some: readonly Published[]) => some.map(({ event }) => ref("channels", topic, "messages", event.name));
  const channel = ref("channels", topic);
  const owner = events[0]!.owner;
  if (events.some((one) => one.owner !== owner)) throw new Error(`${topic} belongs to several services`);
  const consumers = [...new Set(events.flatMap((one) => one.consumers))];
  return [
    [`${topic}.send`, { action: "send", channel, title: owner, summary: `${owner} publishes`, messages: messages(events) }],
    ...consumers.map((name): [string, Operation] => {
      const received = messages(events.filter((one) => one.consumers.includes(name)));
      return [`${topic}.receive.${name}`, { action: "receive", channel, title: name, summary: `${name} consumes`, messages: received }];
    }),
  ];
}
