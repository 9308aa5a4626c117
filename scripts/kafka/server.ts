/** A Kafka broker of one's own (KRaft), alone or in a cluster, with its own ports and folder, so that it can be frozen and killed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { isOpen } from "../is-open";
import { killed } from "../killed";
import { kafkaJars } from "./jars";

const startMs = 60_000;

export interface KafkaServerOptions {
  /** Absolute; its data and its configuration. One that was used before is gone on with. */
  folder: string;
  port: number;
  /** For the broker's own conversation with its controller. */
  controllerPort: number;
  /** The broker outlives this process, and writes to that file. */
  detached?: { log: number };
  /** Alone without it. */
  cluster?: KafkaCluster;
}

export interface KafkaCluster {
  /** Of all its nodes. */
  id: string;
  /** Which of them this is, from 1 on. */
  node: number;
  controllerPorts: readonly number[];
}

/** For `KafkaCluster`. */
export const newClusterId = (): string => Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url");

export class KafkaServer {
  #child: ChildProcess | undefined;
  #said = "";

  constructor(private readonly options: KafkaServerOptions) {}

  /** For `KAFKA_BROKERS`. */
  get brokers(): string {
    return `127.0.0.1:${this.options.port}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, again when it was killed. Resolves when it can be connected to. */
  async run(): Promise<void> {
    const { folder, detached } = this.options;
    const jars = join(kafkaJars(), "*");
    const properties = join(folder, "server.properties");
    if (!existsSync(properties)) await this.#format(jars, properties);
    const java = [
      "-Xmx384m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      `-Dlog4j2.configurationFile=${join(__dirname, "log4j2.properties")}`,
    ];
    const child = spawn("java", [...java, "-cp", jars, "kafka.Kafka", properties], {
      cwd: folder,
      stdio: ["ignore", "ignore", detached ? detached.log : "pipe"],
      detached: detached !== undefined,
    });
    this.#child = child;
    if (detached) child.unref();
    this.#said = "";
    child.stderr?.on("data", (chunk: Buffer) => (this.#said = (this.#said + chunk.toString()).slice(-8_000)));
    const giveUp = Date.now() + startMs;
    while (!(await isOpen(this.options.port))) {
      if (child.exitCode !== null || Date.now() > giveUp) throw new Error(`Kafka did not start:\n${this.#said}`);
      await delay(50);
    }
  }

  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void> {
    return killed(this.#child);
  }

  /** It accepts connections and says nothing until it is woken. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  wake(): void {
    this.#child?.kill("SIGCONT");
  }

  async #format(jars: string, properties: string): Promise<void> {
    const { folder, cluster } = this.options;
    const draft = join(folder, "server.properties.draft");
    await mkdir(folder, { recursive: true });
    await writeFile(draft, propertiesOf(this.options));
    const id = cluster?.id ?? newClusterId();
    const format = ["-cp", jars, "kafka.tools.StorageTool", "format", "-t", id, "-c", draft, "--ignore-formatted"];
    const { error, status, stdout, stderr } = spawnSync("java", format, { encoding: "utf8" });
    if (error) throw new Error("java is missing: Kafka runs on Java 17 (Debian's package openjdk-17-jre-headless)");
    if (status !== 0) throw new Error(`Kafka's folder could not be formatted:\n${stdout}${stderr}`);
    // Only now, so that a folder whose formatting was cut short is formatted anew.
    await rename(draft, properties);
  }
}

function propertiesOf({ folder, port, controllerPort, cluster }: KafkaServerOptions): string {
  const controllers = cluster?.controllerPorts ?? [controllerPort];
  const replicas = Math.min(3, controllers.length);
  return Object.entries({
    "process.roles": "broker,controller",
    "node.id": cluster?.node ?? 1,
    "controller.quorum.voters": controllers.map((of, at) => `${at + 1}@127.0.0.1:${of}`).join(","),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": join(folder, "data"),
    // What is acknowledged survives the kill of a process: of one node here, of one of three in a cluster. A power cut is another matter.
    "default.replication.factor": replicas,
    "min.insync.replicas": Math.max(1, replicas - 1),
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": 8,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 500,
    "auto.create.topics.enable": false,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
