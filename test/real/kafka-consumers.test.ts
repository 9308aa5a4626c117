/** What consumers promise, over a Kafka of their own. */
import { v7 as uuid } from "uuid";

import { killedReaderConformance } from "../../mixins/inbox/killed-reader.conformance";
import { messyBusConformance } from "../../mixins/inbox/messy-bus.conformance";
import type { KafkaServer } from "../../scripts/kafka/server";
import { ownKafka } from "./own-kafka";

jest.setTimeout(120_000);

let kafka: KafkaServer;

beforeAll(async () => {
  kafka = await ownKafka();
});

const newBus = async () => ({ brokers: [kafka.brokers], prefix: `${uuid()}.` });

killedReaderConformance("Kafka", newBus);
messyBusConformance("Kafka", newBus);
