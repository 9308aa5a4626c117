import type { Alive } from "../alive";
import type { OpenWork } from "../open-work";
import type { Reading } from "../reading";
import type { Findings, Rule } from "./rule";

export interface Circumstances {
  work: OpenWork;
  alive: Alive;
}

/** A rule over the tables of one service. */
export interface TableRule extends Rule {
  check(reading: Reading, found: Findings, circumstances: Circumstances): Promise<void>;
}
