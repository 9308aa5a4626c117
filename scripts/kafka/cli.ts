/** `npm run kafka -- up|down|status`: a Kafka broker on this machine, for who has none. It stays until `down`, and keeps its data. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { isOpen } from "../is-open";
import { failOrUsage, UsageError } from "../usage";
import { KafkaServer } from "./server";

const folder = resolve(".stack/kafka");
const pidFile = join(folder, "pid");
const port = 9092;
const brokers = `127.0.0.1:${port}`;

const commands: Record<string, () => Promise<void>> = {
  async up() {
    if (running() === undefined) {
      if (await isOpen(port))
        throw new UsageError(`Somebody else listens on port ${port} already: a Kafka that runs there can be used as it is.`);
      mkdirSync(folder, { recursive: true });
      const log = openSync(join(folder, "broker.log"), "a");
      const server = new KafkaServer({ folder, port, controllerPort: port + 1, detached: { log } });
      await server.run();
      writeFileSync(pidFile, String(server.pid));
    }
    console.log(`Kafka is up. Give KAFKA_BROKERS=${brokers}`);
  },
  async down() {
    const pid = running();
    if (pid === undefined) return console.log("Kafka was not up.");
    process.kill(pid, "SIGTERM");
    while (isBroker(pid)) await delay(50);
    rmSync(pidFile);
    console.log(`Kafka is down. Its data stays in ${folder}.`);
  },
  async status() {
    console.log(running() === undefined ? "Kafka is down." : `Kafka is up: KAFKA_BROKERS=${brokers}`);
  },
};

/** The broker that `up` has started and that still runs. */
function running(): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, "utf8"));
  return isBroker(pid) ? pid : undefined;
}

/** After a restart of the machine the number may be another program's. */
function isBroker(pid: number): boolean {
  const { error, stdout } = spawnSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  if (error) throw error;
  return stdout.includes("kafka.Kafka") && stdout.includes(folder);
}

const command = commands[process.argv[2] ?? ""];
if (command) command().catch((error: unknown) => failOrUsage(error));
else failOrUsage(new UsageError(`npm run kafka -- ${Object.keys(commands).join("|")}`));
