import { generateKeyPairSync, randomUUID } from "node:crypto";

import type { Config } from "../../lib/config";
import type { Client } from "../../scripts/client";
import { ShopProcess, type RunningShop } from "../fault/shop-process";

/** Which services run together, the node with the gateway first. */
const together = ["gateway,ops,order", "product,coupon,point", "payment,user,bestseller,order-history,notification"];

export const nodeCount = together.length;

/** One shop in several processes over NATS, Kafka and a database server. */
export class Nodes implements RunningShop {
  private constructor(private readonly processes: ShopProcess[]) {}

  /** Resolves when every node is ready. */
  static async start(databaseUrl: string, natsUrl: string, kafkaBrokers: string): Promise<Nodes> {
    const { privateKey } = generateKeyPairSync("ed25519");
    const shared = {
      DATABASE_URL: databaseUrl,
      TRANSPORTER: natsUrl,
      NAMESPACE: `nodes-${randomUUID().slice(0, 8)}`,
      KAFKA_BROKERS: kafkaBrokers,
      TOKEN_PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
    return new Nodes(await Promise.all(together.map((SERVICES) => ShopProcess.start({ ...shared, SERVICES }))));
  }

  /** With the data folder of the node that runs the payments, and so the sandbox provider. */
  get config(): Config {
    return this.processes.at(-1)!.config;
  }

  guest(): Client {
    return this.processes[0]!.guest();
  }

  login(email: string): Promise<Client> {
    return this.processes[0]!.login(email);
  }

  /** kill -9 of one node. Resolves when it is ready again. */
  async restart(at: number): Promise<void> {
    const killed = this.processes[at]!;
    await killed.kill();
    this.processes[at] = await killed.again();
  }
}
