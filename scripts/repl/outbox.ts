/** `outbox`, `outbox parked`, `outbox retry`, `outbox discard`, `outbox audit`: how events are going out, and those that the bus doesn't take. */
import { type PublisherHost, publisherOf } from "../../lib/outbox/contract";
import type { ResultOf } from "../../mixins/action-ref";
import { outboxStatus } from "../../mixins/outbox";
import { callOf } from "../call";
import { ofEach } from "./boxes";
import { type Command, Mistyped, servicesWith, type Typed } from "./command";
import { limitOf, signature, signed } from "./operator";
import { ago } from "./saga-text";
import { duration, table } from "./table";

const usage = `outbox
outbox parked <service> [--limit 20]
outbox retry <service> <event id> --who <name> --why <reason>
outbox retry <service> all --who <name> --why <reason>
outbox discard <service> <event id> --who <name> --why <reason>
outbox audit <service> [--limit 20]`;

export const outbox: Command = {
  command: "outbox [what] [service] [id]",
  description: "Events of each service that are not sent yet; parked, retry, discard, audit",
  options: [{ option: "--limit <number>", description: "list so many, 20 when left out" }, ...signature],
  async run(broker, typed) {
    const call = callOf(broker);
    if (typed.what === undefined) return statusOfAll(broker);
    const host = hostOf(servicesWith(broker, "outboxParked"), typed);
    switch (typed.what) {
      case "parked":
        return parkedText(await call(host.outboxParked, { limit: limitOf(typed) }));
      case "retry": {
        const id = idOf(typed);
        if (id === "all") return freedText(host, await call(host.outboxRetryAll, signed(typed)));
        return freedText(host, await call(host.outboxRetry, { id, ...signed(typed) }));
      }
      case "discard":
        return freedText(host, await call(host.outboxDiscard, { id: idOf(typed), ...signed(typed) }));
      case "audit":
        return auditText(await call(host.outboxAudit, { limit: limitOf(typed) }));
      default:
        throw new Mistyped(usage);
    }
  },
};

async function statusOfAll(broker: Parameters<Command["run"]>[0]): Promise<string> {
  const call = callOf(broker);
  const rows = await ofEach(broker, "outboxStatus", async (service) => {
    const { waiting, oldestMs, parked, parkedKeys, sentPerSecond } = await call(outboxStatus(service), {});
    return [[service, waiting, waiting > 0 ? duration(oldestMs) : undefined, sentPerSecond, parked, parkedKeys]];
  });
  return table("outboxes", ["service", "waiting", "oldest", "sent/s", "parked", "parked keys"], rows);
}

const parkedText = (keys: ResultOf<PublisherHost["outboxParked"]>): string =>
  table(
    "parked events",
    ["event id", "type", "topic", "key", "events", "parked", "error"],
    keys.map((one) => [one.eventId, one.type, one.topic, one.key, one.events, one.parkedAt && ago(one.parkedAt), one.error]),
  );

const auditText = (entries: ResultOf<PublisherHost["outboxAudit"]>): string =>
  table(
    "instructions",
    ["operator", "did", "event id", "key", "events", "at", "why"],
    entries.map((one) => [one.who, one.action, one.eventId ?? "all", one.key, one.events, one.at, one.why]),
  );

const freedText = ({ $name }: PublisherHost, { keys, events }: ResultOf<PublisherHost["outboxRetry"]>): string =>
  `${events} events of ${keys} keys of ${$name} are sent again; \`outbox parked ${$name}\` tells which are still held.`;

function idOf({ id }: Typed): string {
  if (typeof id !== "string") throw new Mistyped(usage);
  return id;
}

function hostOf(names: readonly string[], { service }: Typed): PublisherHost {
  if (typeof service !== "string") throw new Mistyped(usage);
  if (!names.includes(service))
    throw new Mistyped(`No service ${service} that publishes events is there; there are ${names.join(", ") || "none"}.`);
  return publisherOf(service);
}
