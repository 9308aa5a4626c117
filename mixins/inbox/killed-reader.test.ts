import { join } from "node:path";

import { temporaryFolder } from "../../test/support/cleanup";
import { killedReaderConformance } from "./killed-reader.conformance";

killedReaderConformance("the embedded bus", async () => ({ file: join(await temporaryFolder("bus-"), "bus.sqlite") }));
