/** A MariaDB server of our own, with its own port, folder and socket, so that it can be killed and leaves nothing behind. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { createConnection } from "mysql2/promise";

import { freePort } from "../free-port";
import { killed } from "../killed";

const startMs = 60_000;
/** Debian keeps the server where only root's PATH leads. */
const folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

function programOf(name: string): string {
  const folder = folders.find((one) => existsSync(join(one, name)));
  if (!folder) throw new Error(`${name} is missing: install MariaDB's server (Debian's package mariadb-server)`);
  return join(folder, name);
}

export class MariaDbServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Resolves when it answers. Throws when MariaDB isn't installed. */
  static async start(): Promise<MariaDbServer> {
    const install = programOf("mariadb-install-db");
    const folder = await mkdtemp(join(tmpdir(), "mariadb-"));
    await chmod(folder, 0o755); // the server gives up root's rights, and must still get in
    const server = new MariaDbServer(folder, await freePort());
    try {
      const args = ["--no-defaults", ...asUser(), `--datadir=${server.data}`, "--skip-test-db", "--auth-root-authentication-method=normal"];
      const { status, stderr, stdout } = spawnSync(install, args, { encoding: "utf8" });
      if (status !== 0) throw new Error(`mariadb-install-db failed:\n${stdout}${stderr}`);
      await server.run();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  /** Base of the URLs of schemas that need not exist yet. */
  get url(): string {
    return `mysql://root@127.0.0.1:${this.port}/test`;
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  /** Starts the server that was killed, on its data. */
  async run(): Promise<void> {
    const files = [`--datadir=${this.data}`, `--socket=${join(this.data, "s")}`, `--pid-file=${join(this.data, "pid")}`];
    const args = ["--no-defaults", ...asUser(), ...files, `--port=${this.port}`, "--bind-address=127.0.0.1", "--max-connections=500"];
    let said = "";
    this.child = spawn(programOf("mariadbd"), args, { stdio: ["ignore", "ignore", "pipe"] });
    this.child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
    const giveUp = Date.now() + startMs;
    while (!(await this.answers())) {
      if (this.child.exitCode !== null || Date.now() > giveUp) throw new Error(`MariaDB did not start:\n${said}`);
      await delay(50);
    }
  }

  private async answers(): Promise<boolean> {
    try {
      const connection = await createConnection({ host: "127.0.0.1", port: this.port, user: "root" });
      await connection.end();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return false;
      throw error;
    }
  }

  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void> {
    return killed(this.child);
  }

  /** Its data is worth nothing, so there is no need to stop it gently. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const asUser = () => (process.getuid?.() === 0 ? ["--user=mysql"] : []);
