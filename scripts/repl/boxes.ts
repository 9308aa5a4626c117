/** `inbox`: how the events of the services are coming in. */
import type { ServiceBroker } from "moleculer";

import { inboxStatus } from "../../mixins/inbox";
import { callOf } from "../call";
import { type Command, servicesWith } from "./command";
import { table } from "./table";

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
export async function ofEach(broker: ServiceBroker, action: string, rowsOf: (service: string) => Promise<readonly Row[]>): Promise<Row[]> {
  const rows = servicesWith(broker, action).map((service) =>
    rowsOf(service).catch((error: unknown): Row[] => [[service, `does not answer: ${(error as Error).message}`]]),
  );
  return (await Promise.all(rows)).flat();
}
