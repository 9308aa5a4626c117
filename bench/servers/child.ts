import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

import type { Lifetime } from "../lifetime";
import type { ServerProcess } from "./side";

/** What a server's process tells: where it listens, once it does, and the CPU time that it has used when it is asked with "cpu". */
export interface ChildMessage {
  url: string | null;
  /** User and system, in ms. */
  cpuMs: number;
}

/** A server in a process of its own. */
export class Child implements ServerProcess {
  #url = "";

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
  ) {}

  /** Resolves when it is ready. The settings travel as one JSON text. It ends with the run at the latest. */
  static async start(name: string, file: string, settings: object, lifetime: Lifetime): Promise<Child> {
    const { signal } = lifetime;
    signal.throwIfAborted();
    const child = new Child(name, fork(file, [JSON.stringify(settings)]));
    const kill = () => child.kill();
    lifetime.atEnd(kill);
    signal.addEventListener("abort", () => void kill());
    child.#url = (await child.#told("url")).url ?? "";
    return child;
  }

  /** Empty when it takes no requests. */
  get url(): string {
    return this.#url;
  }

  async cpuMs(): Promise<number> {
    if (this.#gone) throw new Error(`${this.name} has ended`);
    const told = this.#told("cpuMs");
    this.process.send("cpu", () => undefined); // when it can't be sent, the process is about to be gone, which ends the wait
    return (await told).cpuMs;
  }

  /** Lets it drain. Throws when it doesn't exit with 0. */
  async stop(): Promise<void> {
    if (!this.#gone) {
      this.process.kill("SIGTERM");
      await once(this.process, "exit");
    }
    const { exitCode, signalCode } = this.process;
    if (exitCode !== 0) throw new Error(`${this.name} stopped with ${exitCode ?? signalCode}`);
  }

  /** Ends it at once, if it hasn't ended. */
  async kill(): Promise<void> {
    if (this.#gone) return;
    this.process.kill("SIGKILL");
    await once(this.process, "exit");
  }

  get #gone(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The next message of a kind; tsx sends some of its own. */
  #told<K extends keyof ChildMessage>(kind: K): Promise<Pick<ChildMessage, K>> {
    const { process, name } = this;
    return new Promise((resolve, reject) => {
      const exited = (code: number | null, signal: string | null) => reject(new Error(`${name} ended with ${code ?? signal}`));
      const listen = (message: Partial<ChildMessage>) => {
        if (message[kind] === undefined) return;
        process.off("message", listen).off("exit", exited);
        resolve(message as Pick<ChildMessage, K>);
      };
      process.on("message", listen).once("exit", exited);
    });
  }
}
