import { type ChildProcess, spawn } from "node:child_process";

import { type Config, loadConfig } from "../../lib/config";
import { migrateAll } from "../../lib/migrate";
import { Client } from "../../scripts/client";
import { killed } from "../../scripts/killed";
import { domainServices, serviceNames } from "../../services";
import { atEnd, temporaryFolder } from "../support/cleanup";
import { testShopUrl } from "../support/database";

/** Password of the seeded accounts. */
export const password = "correct horse battery";

/** What customers and tests see of a shop, whatever it runs on. */
export type RunningShop = Pick<ShopProcess, "config" | "guest" | "login">;

/** The program of `npm start` as a process of its own, so that it can be killed. */
export class ShopProcess {
  private constructor(
    readonly config: Config,
    private readonly own: Record<string, string>,
    private readonly child: ChildProcess,
    /** Where it listens; empty for a node without a gateway. */
    readonly url: string,
  ) {}

  /**
   * A new shop, with its data in a folder, or on the server that `TEST_DATABASE_URL` names; they go with the test file. Resolves when it is
   * open.
   */
  static async start(more: Record<string, string> = {}): Promise<ShopProcess> {
    const database = testShopUrl(Object.keys(domainServices));
    const own = {
      DATA_DIR: await temporaryFolder("shop-fault-"),
      ...(database && { DATABASE_URL: database }),
      PORT: "0",
      NODE_PORT: "0",
      DEMO_PASSWORD: password,
      LOG_LEVEL: "error",
      RATE_LIMIT: "off",
      ...more,
    };
    const config = loadConfig(own, serviceNames);
    if (!config.embedded) await migrateAll(domainServices, config);
    return ShopProcess.run(config, own);
  }

  private static async run(config: Config, own: Record<string, string>): Promise<ShopProcess> {
    const flags = ["--disable-warning=ExperimentalWarning", "--require", "tsx/cjs"];
    const child = spawn(process.execPath, [...flags, "scripts/start.ts"], {
      env: { ...process.env, ...own },
      stdio: ["ignore", "pipe", "pipe"],
    });
    atEnd(() => killed(child));
    return new ShopProcess(config, own, child, await addressOf(child));
  }

  guest(): Client {
    return new Client(this.url);
  }

  async login(email: string): Promise<Client> {
    const { body } = await this.guest().post<{ accessToken: string }>("/auth/login", { email, password });
    return this.guest().as(body.accessToken);
  }

  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void> {
    return killed(this.child);
  }

  /** The same shop, started again on its data. */
  again(): Promise<ShopProcess> {
    return ShopProcess.run(this.config, this.own);
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const ready = /open at (http:\S+)|^Running .*, ready in/m.exec(said);
      if (ready) resolve(ready[1] ?? "");
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", () => reject(new Error(`the shop did not start:\n${said}`)));
  });
}
