/** Publishes 0, 1, 2, … under one key and prints each number once its publish has resolved, until somebody kills it. */
import { writeSync } from "node:fs";

import { createEmbeddedBus } from ".";

async function publishForEver(file: string): Promise<never> {
  const bus = createEmbeddedBus({ file });
  await bus.start();
  for (let n = 0; ; n++) {
    await bus.publish([{ topic: "test.v1", key: "k", headers: {}, payload: String(n) }]);
    writeSync(1, `${n}\n`);
  }
}

void publishForEver(process.argv[2] ?? "");
