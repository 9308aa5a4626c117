/** What consumers promise, over the embedded bus; `test/real/kafka-consumers.test.ts` has it over Kafka. */
import { join } from "node:path";

import { temporaryFolder } from "../../test/support/cleanup";
import { killedReaderConformance } from "./killed-reader.conformance";
import { messyBusConformance } from "./messy-bus.conformance";

const newBus = async () => ({ file: join(await temporaryFolder("bus-"), "bus.sqlite") });

killedReaderConformance("the embedded bus", newBus);
messyBusConformance("the embedded bus", newBus);
