import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "../../scripts/free-port";
import { KafkaServer, newClusterId } from "../../scripts/kafka/server";
import { atEnd } from "../support/cleanup";

/** A Kafka of a test's own, so that it can be killed and frozen. It goes with the test file. */
export async function ownKafka(): Promise<KafkaServer> {
  const [one] = await ownKafkas(1);
  return one!;
}

/** So many brokers, as one cluster. */
export async function ownKafkas(count: number): Promise<KafkaServer[]> {
  const folder = await mkdtemp(join(tmpdir(), "kafka-"));
  const ports: number[] = [];
  for (let at = 0; at < 2 * count; at++) ports.push(await freePort());
  const controllerPorts = ports.slice(count);
  const id = newClusterId();
  const servers = controllerPorts.map((controllerPort, at) => {
    const cluster = { id, node: at + 1, controllerPorts };
    return new KafkaServer({ folder: join(folder, String(at + 1)), port: ports[at]!, controllerPort, cluster });
  });
  atEnd(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await rm(folder, { recursive: true, force: true });
  });
  await Promise.all(servers.map((server) => server.run()));
  return servers;
}
