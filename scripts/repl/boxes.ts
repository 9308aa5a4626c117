/** `outbox` and `inbox`: how the events of the services are going out and coming in. */
import type { ServiceBroker } from "moleculer";

import { inboxStatus } from "../../mixins/inbox";
import { outboxStatus } from "../../mixins/outbox";
import { callOf } from "../call";
import { type Command, servicesWith } from "./command";
import { duration, table } from "./table";

export const outbox: Command = {
  command: "outbox",
  description: "Events of each service that are not sent yet",
  async run(broker) {
    const call = callOf(broker);
    const rows = await ofEach(broker, "outboxStatus", async (service) => {
      const { waiting, oldestMs, parked, parkedKeys } = await call(outboxStatus(service), {});
      return [[service, waiting, waiting > 0 ? duration(oldestMs) : undefined, parked, parkedKeys]];
    });
    return table("outboxes", ["service", "waiting", "oldest", "parked", "parked keys"], rows);
  },
};

export const inbox: Command = {
  command: "inbox",
  description: "Events that each service has still to apply, and those it could not",
  async run(broker) {
    const call = callOf(broker);
    const rows = await ofEach(broker, "inboxStatus", async (service) => {
      const { consumes, topics } = await call(inboxStatus(service), {});
      return consumes
        ? topics.map(({ topic, lag, deadLetters }) => [service, topic, lag, deadLetters])
        : [[service, "consumes nothing here"]];
    });
    return table("inboxes", ["service", "topic", "lag", "dead letters"], rows);
  },
};

type Row = readonly (string | number | undefined)[];

/** The rows of every service that has such an action; one that fails says so in its row. */
async function ofEach(broker: ServiceBroker, action: string, rowsOf: (service: string) => Promise<readonly Row[]>): Promise<Row[]> {
  const rows = servicesWith(broker, action).map((service) =>
    rowsOf(service).catch((error: unknown): Row[] => [[service, `does not answer: ${(error as Error).message}`]]),
  );
  return (await Promise.all(rows)).flat();
}
