/** A saga engine as the process around it would be: it can be killed, stopped for a while, and cut off at each of its boundaries. */
import type { RemoteCall } from "../../../mixins/batch-call";
import type { Database, Tx } from "../../../mixins/database";
import { createGroupCommit, type GroupCommit } from "../../../mixins/group-commit";
import { SagaEngine, type EngineOptions } from "../../../mixins/saga/engine";
import type { Passage, Side } from "./boundaries";
import { Mortal } from "./mortal";
import { processDatabase } from "./process-database";
import type { VirtualTime } from "./virtual-time";

/** `log`: a write of the log, starts included. `claim`: sagas are taken from another owner. */
export interface Boundary {
  kind: "message" | "log" | "claim";
  /** The action of a message, otherwise the kind. */
  what: string;
  side: Side;
  /** Delivers the message, as often as it is called. */
  send?(): Promise<unknown>;
}

export interface OwnerOptions extends Pick<EngineOptions, "sagas" | "random" | "timings" | "onEnd" | "onStep"> {
  name: string;
  /** Where the sagas' log is. */
  host: Database;
  /** The way to the participants. */
  call: RemoteCall;
  time: VirtualTime;
  /** How far its clock is ahead, in ms. */
  ahead?: number;
  pass(boundary: Boundary, owner: Owner): Promise<void>;
}

export class Owner extends Mortal {
  readonly engine: SagaEngine;
  readonly group: GroupCommit;
  /** What it told the operators. */
  readonly alerts: unknown[][] = [];

  constructor(private readonly options: OwnerOptions) {
    super();
    const { name, host, time, ahead, sagas, random, timings, onEnd, onStep } = options;
    const database = (passage: () => Passage) => processDatabase(this, host, time, passage);
    this.group = createGroupCommit(database(() => ({ pass: (side) => this.#pass({ kind: "log", what: "log", side }) })));
    this.engine = new SagaEngine({
      ...{ owner: name, alone: false, sagas, random, timings, onEnd, onStep },
      ...{ db: database(() => this.#claiming()), group: this.group, time: this.timeOf(time, ahead) },
      call: (action, params, callOptions) => this.survive(this.#call(action, params, callOptions)),
      logger: this.#logger(),
    });
  }

  get name(): string {
    return this.options.name;
  }

  async #pass(boundary: Boundary): Promise<void> {
    // Who waits within a transaction keeps its locks: a dead process has it rolled back, and one that stands still has just not got there.
    const within = boundary.side === "within";
    if (!within) await this.gate();
    if (!this.alive) throw new Error(`${this.name} is dead`);
    await this.options.pass(boundary, this);
    if (!within) await this.gate();
  }

  async #call(action: string, params: object, callOptions: Parameters<RemoteCall>[2]): Promise<unknown> {
    const send = () => this.options.call(action, params, callOptions);
    const pass = (side: Side) => this.#pass({ kind: "message", what: action, side, send });
    await pass("before");
    const answer = await send();
    await pass("after");
    return answer;
  }

  /** Transactions that touch no saga (a lease is renewed, the dead are forgotten) have no boundaries. */
  #claiming(): Passage {
    let claims = false;
    const given = (tx: Tx) => {
      const seen =
        <A extends unknown[], R>(method: (sql: string, ...rest: A) => R) =>
        (sql: string, ...rest: A): R => {
          claims ||= sql.startsWith("update saga_instance");
          return method.call(tx, sql, ...rest);
        };
      return Object.assign(tx, { execute: seen(tx.execute), executeLater: seen(tx.executeLater) });
    };
    return { given, pass: async (side) => (claims ? this.#pass({ kind: "claim", what: "claim", side }) : undefined) };
  }

  #logger(): EngineOptions["logger"] {
    const silent = () => undefined;
    const error = (...told: unknown[]) => void this.alerts.push(told);
    return { trace: silent, debug: silent, info: silent, warn: silent, error, fatal: error } as unknown as EngineOptions["logger"];
  }
}
