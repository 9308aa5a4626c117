import { v7 as uuid } from "uuid";

import { eventBusConformance } from "../event-bus.conformance";
import { createKafkaBus } from ".";

const brokers = process.env.TEST_KAFKA_BROKERS;

if (!brokers) test.skip("needs TEST_KAFKA_BROKERS", () => undefined);
else
  eventBusConformance("Kafka", async () => {
    const prefix = `${uuid()}.`;
    return {
      bus: () =>
        createKafkaBus({
          brokers: brokers.split(","),
          prefix,
          retryMs: { base: 1, cap: 10 },
          logger: { debug: (m) => console.log(Date.now() % 100000, m), warn: (m) => console.log(Date.now() % 100000, "WARN", m) },
        }),
      tooLarge: JSON.stringify({ n: 1, text: "x".repeat(1_000_000) }),
    };
  });
