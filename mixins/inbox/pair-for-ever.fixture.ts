/** Runs the pair in a process of its own and writes until somebody kills it; prints a line per committed transaction. */
import { writeSync } from "node:fs";

import { createEmbeddedBus } from "../event-bus";
import { startPair } from "./pair.fixture";

async function writeForEver([writerUrl = "", readerUrl = "", file = ""]: readonly string[]): Promise<never> {
  const pair = await startPair({ writerUrl, readerUrl, bus: createEmbeddedBus({ file }) });
  for (;;) {
    const ids = await pair.write([0, 1, 2, 3, 0]);
    writeSync(1, `${ids.join()}\n`);
  }
}

void writeForEver(process.argv.slice(2));
