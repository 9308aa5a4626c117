/**
 * Taking over sagas that nobody runs. A claim raises the epoch, so whatever the owner before still writes changes nothing (I5). Who claims
 * reads first without locks, then locks the rows in order and takes those that are as they were read: of two claimants one gets each saga.
 */
import { CommitUnknown } from "../database";
import type { Database, Tx } from "../database/types";
import { Assignments } from "./assignments";
import type { SagaDefinition } from "./definition";
import { groupBy } from "./group-by";
import { columns, load, type Instance, type InstanceRow } from "./instance";
import { keyText } from "./key-text";
import { signaledTypes } from "./signals";
import { stateCode, unowned } from "./tables";

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

const isParked = ({ state }: InstanceRow): boolean => state === stateCode.PARKED;

export class Claims {
  readonly #loaded: ReadonlySet<string>;
  readonly #signaled: ReadonlySet<string>;

  constructor(private readonly options: ClaimOptions) {
    const { definitions } = options;
    this.#loaded = new Set(definitions.map(({ type, version }) => keyText(type, version)));
    this.#signaled = signaledTypes(definitions);
  }

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

  /**
   * Every open saga of others: good only where no other process can be running one. What waits for a signal or a delay is left alone until
   * it is due; a pivot's outcome is asked for.
   */
  others(): Promise<Sighting[]> {
    const { now } = this.options.db.dialect;
    const { owner } = this.options;
    return this.#see("", `i.owner <> ? and not (i.state = ${stateCode.WAITING} and i.releases = 0 and i.next_at > ${now})`, owner);
  }

  /** What this very process owns. */
  mine(): Promise<Sighting[]> {
    return this.#see("", "i.owner = ?", this.options.owner);
  }

  /** Open sagas of versions that this process doesn't have the code of. */
  async unknownVersions(): Promise<{ type: string; version: number }[]> {
    const live = await this.options.db.select<{ type: string; version: number }>(
      "select distinct type, version from saga_instance where owner >= ''",
    );
    return live.filter(({ type, version }) => !this.#loaded.has(keyText(type, version)));
  }

  async claim(sightings: readonly Sighting[]): Promise<Claimed> {
    const rows = await this.#claimed(sightings);
    const parked = rows.filter(isParked);
    return {
      instances: await load(
        rows.filter((row) => !parked.includes(row)),
        this.options.db,
        this.#signaled,
      ),
      parked: parked.map((row) => ({ type: row.type, id: row.id, startedAt: row.created_at })),
    };
  }

  /**
   * When nobody knows what became of the commit, the sweep finds what was claimed all the same. What was parked nobody looks for again, so
   * it is looked for here.
   */
  async #claimed(sightings: readonly Sighting[]): Promise<InstanceRow[]> {
    let taken: InstanceRow[] = [];
    try {
      return await this.options.db.transaction(async (tx) => (taken = await this.#take(sightings, tx)));
    } catch (error) {
      const parked = error instanceof CommitUnknown ? await this.#standing(taken.filter(isParked)) : [];
      if (parked.length === 0) throw error;
      return parked;
    }
  }

  /** Those of the rows that stand in the database as they were to be written. */
  async #standing(rows: readonly InstanceRow[]): Promise<InstanceRow[]> {
    const standing: InstanceRow[] = [];
    for (const alike of groupBy(rows, ({ type }) => type)) {
      const found = await this.options.db.select<Pick<InstanceRow, "id" | "state" | "epoch">>(
        "select business_key as id, state, epoch from saga_instance where type = ? and business_key in (?)",
        [alike[0].type, alike.map(({ id }) => id)],
      );
      const now = new Map(found.map((row) => [row.id, row]));
      standing.push(...alike.filter(({ id, state, epoch }) => now.get(id)?.state === state && now.get(id)?.epoch === epoch));
    }
    return standing;
  }

  /**
   * `owner >= ''` is how an index finds the open ones: of those that have ended it is NULL. Type and version are looked at here, as SQLite
   * would take the primary key for a condition on the type and read every saga there ever was.
   */
  async #see(join: string, where: string, owner: string): Promise<Sighting[]> {
    const seen = await this.options.db.select<Sighting & { version: number }>(
      `select i.type, i.business_key as id, i.version, i.owner, i.epoch from saga_instance i ${join}
        where i.owner >= '' and i.state <> ? and ${where}`,
      [stateCode.PARKED, owner],
    );
    return seen.filter(({ type, version }) => this.#loaded.has(keyText(type, version)));
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
    for (const alike of groupBy(taken, ({ type, owner, state }) => keyText(type, state, owner ?? ""))) await this.#own(alike, tx);
    return taken;
  }

  /** A voluntary release is no sign of a saga that brings its owners down. */
  #afterClaim(row: InstanceRow): InstanceRow {
    const recoveries = row.recoveries + (row.owner === unowned ? 0 : 1);
    const parks = recoveries > this.options.maxRecoveries;
    const running = row.state === stateCode.WAITING ? stateCode.RUNNING : row.state;
    const after = parks ? { owner: unowned, state: stateCode.PARKED } : { owner: this.options.owner, state: running };
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
}
