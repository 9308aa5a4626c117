import { join } from "node:path";

import { sqliteUrl } from "../../mixins/database";
import type { Lifetime } from "../lifetime";
import { participants } from "../w5/five-steps";
import { recount } from "../w5/oracle";
import type { Settings } from "../w5/server";
import { Child } from "./child";
import { inWords } from "./count-rows";
import { temporaryFolder } from "./folders";
import { dropSchemas, schemaBeside } from "./schemas";
import type { Side, StatusCounts, Verdict } from "./side";

/** The node of W5: see `bench/w5`. */
export class FiveStepsNode implements Side {
  readonly name = "ours";

  private constructor(
    private readonly databases: Record<string, string>,
    readonly processes: readonly [Child],
  ) {}

  static async open(database: string | undefined, lifetime: Lifetime): Promise<FiveStepsNode> {
    const folder = await temporaryFolder(lifetime);
    const base = database && schemaBeside(database);
    const urlOf = (name: string) => (base ? `${base}_${name}` : sqliteUrl(join(folder, `${name}.sqlite`)));
    const databases = Object.fromEntries(["host", ...participants].map((name) => [name, urlOf(name)]));
    if (base) lifetime.atEnd(() => dropSchemas(Object.values(databases)));
    const settings: Settings = { databases, embedded: base === undefined };
    const child = await Child.start("saga node", join(__dirname, "../w5/server.ts"), settings, lifetime);
    return new FiveStepsNode(databases, [child]);
  }

  get url(): string {
    return this.processes[0].url;
  }

  async settle(): Promise<void> {
    // A saga is at its end when it is answered.
  }

  async judge({ 201: completed = 0, 409: compensated = 0 }: StatusCounts): Promise<Verdict> {
    await this.processes[0].stop();
    const violations = await recount(this.databases, { completed, compensated });
    return { violations, recounted: inWords({ "sagas completed": completed, "sagas undone": compensated }) };
  }
}
