import type { Alive } from "../alive";
import type { OpenWork } from "../open-work";
import type { Reading } from "../reading";
import type { Findings, Rule } from "./rule";

export interface Circumstances {
  work: OpenWork;
  alive: Alive;
  /** False when nobody is meant to send events (`EVENTS=off`). */
  events: boolean;
}

/** A rule over the tables of one service. */
export interface TableRule extends Rule {
  check(reading: Reading, found: Findings, circumstances: Circumstances): Promise<void>;
}
