/**
 * Runs a command with `TEST_KAFKA_BROKERS` set to a Kafka broker that lives as long as the command:
 * `sh scripts/run.sh scripts/kafka/with-kafka.ts node_modules/.bin/jest mixins/event-bus`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "../free-port";
import { fail } from "../process";
import { KafkaServer } from "./server";

async function withKafka(command: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "kafka-"));
  const server = new KafkaServer({ folder, port: await freePort(), controllerPort: await freePort() });
  try {
    await server.run();
    const child = spawn("env", [`TEST_KAFKA_BROKERS=${server.brokers}`, ...command], { stdio: "inherit" });
    process.on("SIGINT", () => child.kill("SIGINT")).on("SIGTERM", () => child.kill("SIGTERM"));
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

withKafka(process.argv.slice(2)).then((code) => process.exit(code), fail);
