/**
 * Taking over sagas that nobody runs. A claim raises the epoch, so whatever the owner before still writes changes nothing (I5). Who claims
 * reads first without locks, then locks the rows in order and takes those that are as they were read: of two claimants one gets each saga.
 */
import type { Database, Tx } from "../database/types";
import type { Refusal } from "../outcome";
import { Assignments } from "./assignments";
import type { SagaDefinition } from "./definition";
import { groupBy } from "./group-by";
import { knowledge, learn, type Decision, type Knowledge } from "./plan";
import { stateCode, unowned } from "./tables";
import { resultsIn, type TrailRow } from "./trail";

/** A saga that this process may run, with all that the log knows of it. */
export interface Instance {
  type: string;
  id: string;
  version: number;
  epoch: number;
  /** Voluntary releases since the last newly logged result. */
  releases: number;
  known: Knowledge;
  trace: Record<string, string> | undefined;
  deadlineAt: number;
  /** When it was started, ms since the epoch. */
  startedAt: number;
}

/** A saga as it was seen: it is claimed only when owner and epoch are still these. */
export interface Sighting {
  type: string;
  id: string;
  owner: string;
  epoch: number;
}

export interface Claimed {
  instances: Instance[];
  /** Were recovered too often without a newly logged result. */
  parked: { type: string; id: string; startedAt: number }[];
}

export interface ClaimOptions {
  db: Database;
  owner: string;
  definitions: readonly SagaDefinition<never, unknown>[];
  clock: () => number;
  maxRecoveries: number;
}

/** Sagas per claim. */
const batch = 200;

export class Claims {
  constructor(private readonly options: ClaimOptions) {}

  /** What was released and is due, and what belongs to an owner whose lease has run out. */
  abandoned(): Promise<Sighting[]> {
    const { db, owner } = this.options;
    const { now } = db.dialect;
    return this.#see(
      `left join saga_node n on n.owner = i.owner and n.lease_until > ${now}`,
      `i.owner <> ? and n.owner is null and (i.owner <> '${unowned}' or i.next_at <= ${now})`,
      owner,
    );
  }

  /** What was released and is due. */
  due(): Promise<Sighting[]> {
    return this.#see("", `i.owner = ? and i.next_at <= ${this.options.db.dialect.now}`, unowned);
  }

  /** Every open saga of others: good only where no other process can be running one. */
  others(): Promise<Sighting[]> {
    return this.#see("", "i.owner <> ?", this.options.owner);
  }

  /** All that this very process owns. */
  mine(): Promise<Sighting[]> {
    return this.#see("", "i.owner = ?", this.options.owner, Number.MAX_SAFE_INTEGER);
  }

  /** Open sagas of versions that this process doesn't have the code of. */
  async unknownVersions(): Promise<{ type: string; version: number }[]> {
    const live = await this.options.db.select<{ type: string; version: number }>(
      "select distinct type, version from saga_instance where owner >= ''",
    );
    const loaded = new Set(this.options.definitions.map(({ type, version }) => `${type}\n${version}`));
    return live.filter(({ type, version }) => !loaded.has(`${type}\n${version}`));
  }

  async claim(sightings: readonly Sighting[]): Promise<Claimed> {
    const rows = await this.options.db.transaction((tx) => this.#take(sightings, tx));
    const parked = rows.filter(({ state }) => state === stateCode.PARKED);
    return {
      instances: await this.#load(rows.filter((row) => !parked.includes(row))),
      parked: parked.map((row) => ({ type: row.type, id: row.id, startedAt: row.created_at })),
    };
  }

  /** `owner >= ''` is how an index finds the open ones: of those that have ended it is NULL. */
  #see(join: string, where: string, owner: string, limit = batch): Promise<Sighting[]> {
    const { db, definitions } = this.options;
    const versions = definitions.map(() => "i.type = ? and i.version = ?").join(" or ");
    return db.select<Sighting>(
      `select i.type, i.business_key as id, i.owner, i.epoch from saga_instance i ${join}
        where i.owner >= '' and i.state <> ? and ${where} and (${versions}) order by i.type, i.business_key limit ${limit}`,
      [stateCode.PARKED, owner, ...definitions.flatMap(({ type, version }) => [type, version])],
    );
  }

  async #take(sightings: readonly Sighting[], tx: Tx): Promise<InstanceRow[]> {
    const taken: InstanceRow[] = [];
    for (const seen of groupBy(sightings, ({ type }) => type)) {
      const byId = new Map(seen.map((one) => [one.id, one]));
      const rows = await tx.select<InstanceRow>(
        `select ${columns} from saga_instance where type = ? and business_key in (?) order by business_key ${tx.dialect.forUpdate}`,
        [seen[0].type, [...byId.keys()]],
      );
      const same = rows.filter((row) => row.owner === byId.get(row.id)?.owner && row.epoch === byId.get(row.id)?.epoch);
      taken.push(...same.map((row) => this.#afterClaim(row)));
    }
    for (const alike of groupBy(taken, ({ type, owner, state }) => `${type}\n${owner}\n${state}`)) await this.#own(alike, tx);
    return taken;
  }

  /** A voluntary release is no sign of a saga that brings its owners down. */
  #afterClaim(row: InstanceRow): InstanceRow {
    const recoveries = row.recoveries + (row.owner === unowned ? 0 : 1);
    const parks = recoveries > this.options.maxRecoveries;
    const after = parks ? { owner: unowned, state: stateCode.PARKED } : { owner: this.options.owner };
    return { ...row, ...after, recoveries, epoch: row.epoch + 1 };
  }

  async #own([first, ...others]: [InstanceRow, ...InstanceRow[]], tx: Tx): Promise<void> {
    const rows = [first, ...others];
    const set = new Assignments(rows)
      .all("owner", first.owner)
      .all("state", first.state)
      .all("next_at", null)
      .all("updated_at", this.options.clock())
      .each("recoveries", (row) => row.recoveries)
      .add("epoch = epoch + 1");
    const ids = rows.map(({ id }) => id);
    await tx.execute(`update saga_instance set ${set.sql} where type = ? and business_key in (?)`, [...set.values, first.type, ids]);
  }

  async #load(rows: readonly InstanceRow[]): Promise<Instance[]> {
    const instances: Instance[] = [];
    for (const alike of groupBy(rows, ({ type }) => type)) {
      const trail = await this.options.db.select<TrailRow & { id: string }>(
        `select business_key as id, step, phase, outcome, attempt, ms, detail, at from saga_step
          where type = ? and business_key in (?) order by business_key, epoch, seq`,
        [alike[0].type, alike.map(({ id }) => id)],
      );
      for (const row of alike) instances.push(instanceOf(row, trail.filter(({ id }) => id === row.id)));
    }
    return instances;
  }
}

interface InstanceRow {
  type: string;
  id: string;
  version: number;
  state: number;
  owner: string | null;
  epoch: number;
  recoveries: number;
  releases: number;
  input: string;
  undo_set: string | null;
  cause: string | null;
  trace: string | null;
  deadline_at: number;
  created_at: number;
}

const columns =
  "type, business_key as id, version, state, owner, epoch, recoveries, releases, input, undo_set, cause, trace, deadline_at, created_at";

function instanceOf(row: InstanceRow, trail: readonly TrailRow[]): Instance {
  const known = knowledge(JSON.parse(row.input), decisionOf(row));
  for (const entry of resultsIn(trail)) learn(known, entry);
  return {
    type: row.type,
    id: row.id,
    version: row.version,
    epoch: row.epoch,
    releases: row.releases,
    known,
    trace: row.trace === null ? undefined : (JSON.parse(row.trace) as Record<string, string>),
    deadlineAt: row.deadline_at,
    startedAt: row.created_at,
  };
}

function decisionOf({ undo_set, cause }: InstanceRow): Decision | undefined {
  if (undo_set === null || cause === null) return undefined;
  return { cause: JSON.parse(cause) as Refusal, undo: JSON.parse(undo_set) as string[] };
}
