import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { freePort } from "../../scripts/free-port";
import { isOpen } from "../../scripts/is-open";
import { killed } from "../../scripts/killed";
import { atEnd } from "../support/cleanup";
import { waitFor } from "../support/wait";

/** Debian keeps some where only root's PATH leads. */
const folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];

const programs = {
  nats: { name: "nats-server", args: (port: string) => ["-a", "127.0.0.1", "-p", port] },
  redis: { name: "redis-server", args: (port: string) => ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"] },
};

/** A server of a test's own, so that it can be killed and stopped. It goes with the test file, and keeps nothing. */
export class OwnServer {
  #child: ChildProcess | undefined;

  private constructor(
    private readonly kind: keyof typeof programs,
    private readonly port: number,
  ) {}

  /** Resolves when it answers. Throws when it isn't installed. */
  static async start(kind: keyof typeof programs): Promise<OwnServer> {
    const server = new OwnServer(kind, await freePort());
    atEnd(() => server.kill());
    await server.run();
    return server;
  }

  get url(): string {
    return `${this.kind}://127.0.0.1:${this.port}`;
  }

  /** Starts it, again when it was killed. */
  async run(): Promise<void> {
    const { name, args } = programs[this.kind];
    const program = folders.map((folder) => join(folder, name)).find(existsSync);
    if (!program) throw new Error(`${name} is missing: install Debian's package of that name`);
    const child = spawn(program, args(String(this.port)), { stdio: "ignore", cwd: "/" });
    this.#child = child;
    const isUp = async () => {
      if (child.exitCode !== null) throw new Error(`${name} did not start`);
      return isOpen(this.port);
    };
    await waitFor(isUp, { what: name });
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
}
