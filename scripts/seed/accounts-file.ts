import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { UsageError } from "../usage";

/**
 * The file with who and what was seeded, written piece by piece: it may be too long to hold. It appears under its name when it is whole,
 * readable by its owner only.
 */
export class AccountsFile {
  #separator = "{";

  private constructor(
    private readonly path: string,
    private readonly draft: string,
    private readonly handle: FileHandle,
  ) {}

  /** Throws a UsageError when the path can't be written to. */
  static async create(out: string): Promise<AccountsFile> {
    const path = resolve(out);
    const draft = `${path}.${process.pid}.new`;
    try {
      const there = await lstat(path).catch(ifMissing);
      if (there && !there.isFile()) throw new Error("what is there is not a plain file, and would be replaced");
      return new AccountsFile(path, draft, await open(draft, "w", 0o600));
    } catch (error) {
      throw new UsageError(`--out=${out} can't be used: ${reason(error as NodeJS.ErrnoException, path)}`);
    }
  }

  /** A list, whose items come in batches. */
  async list(name: string, batches: AsyncIterable<readonly object[]>): Promise<void> {
    await this.#begin(name, "[");
    let separator = "\n";
    for await (const batch of batches) {
      if (batch.length === 0) continue;
      await this.handle.appendFile(separator + batch.map((item) => JSON.stringify(item)).join(",\n"));
      separator = ",\n";
    }
    await this.handle.appendFile("\n]");
  }

  async one(name: string, value: object): Promise<void> {
    await this.#begin(name, JSON.stringify(value));
  }

  /** Shows the file. */
  async finish(): Promise<void> {
    await this.handle.appendFile("\n}\n");
    await this.handle.sync();
    await this.handle.close();
    await rename(this.draft, this.path);
  }

  /** Nothing of it is left. After `finish` it does nothing. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.draft, { force: true });
  }

  async #begin(name: string, text: string): Promise<void> {
    await this.handle.appendFile(`${this.#separator}\n${JSON.stringify(name)}: ${text}`);
    this.#separator = ",";
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

function reason({ code, message }: NodeJS.ErrnoException, path: string): string {
  if (code === "ENOENT") return `there is no folder ${dirname(path)}`;
  if (code === "EACCES" || code === "EROFS") return `${dirname(path)} can't be written to`;
  return message;
}
