import { problemOf } from "../../lib/errors/problem";
import { handler } from "../../lib/handlers";
import { outboxStatus } from "../../mixins/outbox";
import { publishers } from "./hosts";
import { ops } from "./ops.contract";

/** How the events of every service are going out. One that doesn't answer is told of as such: the others' figures are wanted all the more. */
export const readOutboxes = handler(ops.outbox, async ({ call }) => {
  const services = publishers.map(async ({ $name: service }) => {
    try {
      return { service, available: true, ...(await call(outboxStatus(service), {})) };
    } catch (error) {
      if (problemOf(error).status !== 503) throw error;
      return { service, available: false };
    }
  });
  return { services: await Promise.all(services) };
});
