import type { KeyObject } from "node:crypto";
import { join } from "node:path";

import type { Lifetime } from "../lifetime";
import { recount } from "../monolith/oracle";
import type { Options, Writes } from "../monolith/options";
import type { Goods } from "../workloads/workload";
import { Child } from "./child";
import { countRows, inWords } from "./count-rows";
import { dropSchemas, schemaBeside } from "./schemas";
import type { Side, StatusCounts, Verdict } from "./side";

export interface BaselineOptions {
  /** `mysql://user@host:port/name` */
  database: string;
  /** What it sells. */
  goods: Goods;
  /** Of the key that its customers' tokens are signed with. */
  publicKey: KeyObject;
  writes: Writes;
}

/** `bench/monolith`, on a schema of its own next to that of `database`. */
export class Baseline implements Side {
  readonly name = "baseline";

  private constructor(
    private readonly database: string,
    readonly processes: readonly [Child],
  ) {}

  static async open({ database, goods: { products, coupons }, publicKey, writes }: BaselineOptions, lifetime: Lifetime): Promise<Baseline> {
    const schema = schemaBeside(database);
    lifetime.atEnd(() => dropSchemas([schema]));
    // What it doesn't ask for would only make the argument longer, and an argument ends at 128 KB.
    const goods = { products: products.map(({ id, name, price, stock }) => ({ id, name, price, stock })), coupons, customers: [] };
    const publicKeyPem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const options: Options = { database: schema, publicKeyPem, writes, ...goods };
    const child = await Child.start("baseline", join(__dirname, "../monolith/server.ts"), options, lifetime);
    return new Baseline(schema, [child]);
  }

  get url(): string {
    return this.processes[0].url;
  }

  async settle(): Promise<void> {
    // It does everything before it answers.
  }

  async judge({ 201: told = 0 }: StatusCounts): Promise<Verdict> {
    await this.processes[0].stop();
    const { completed, issued, violations } = await recount(this.database);
    const ended = await countRows(this.database, "w5 where state = 2");
    const begun = await countRows(this.database, "w5");
    return {
      violations: [
        ...violations,
        ...(begun === ended ? [] : [`${begun - ended} pairs of rows lack their last`]),
        ...(completed + issued + ended === told ? [] : [`clients were told of success ${told} times`]),
      ],
      recounted: inWords({ "orders completed": completed, "coupons issued": issued, "pairs of rows written": ended }),
    };
  }
}
