/** Relays the events of a database to a Kafka in a process of its own, with a line on every batch that it has sent, until somebody kills it. */
import { writeSync } from "node:fs";

import { openDatabase } from "../database";
import { createKafkaBus } from "../event-bus";
import { relayFigures } from ".";
import { migrations, table } from "./events.fixture";
import { Relay } from "./relay";
import { SentLately } from "./sent-lately";
import { OutboxStore } from "./store";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function relayForEver([url = "", broker = "", prefix = ""]: readonly string[]): Promise<void> {
  const db = await openDatabase({ name: "outbox", url, migrations });
  const bus = createKafkaBus({ brokers: [broker], prefix, logger: log });
  await bus.start();
  const options = { ...relayFigures, exclusive: false, topics: [], leaseMs: 2_000, heartbeatMs: 300 };
  const sent = new SentLately((count) => void writeSync(1, `${count}\n`));
  new Relay(db, new OutboxStore(db, table, Date.now), bus, options, log, sent).start();
}

void relayForEver(process.argv.slice(2));
