import { openDatabase, sqliteUrl, type Database } from "../database";
import { createGroupCommit, type GroupCommit, type GroupHandler } from "../group-commit";
import { appends, commits, createTopics, forget, join, progress, read, type Part, type Progress } from "./log-statements";
import { logTables } from "./log-tables";
import { removeExpired } from "./retention";
import type { BusMessage, PartitionProgress, ReceivedMessage } from "./types";

/** The durable log in one SQLite file. Appends that wait together share a transaction, and so one wait for the disk. */
export class EventLog {
  private constructor(
    private readonly db: Database,
    private readonly group: GroupCommit,
    /** A position that is forgotten when the machine loses power brings messages once more: no commit of these waits for the disk. */
    private readonly positions: GroupCommit,
    private readonly partitions: number,
    private readonly appending: GroupHandler<readonly BusMessage[], Part[]>,
  ) {}

  /** `partitions` of topics that are created from now on; messages are stamped with `clock`. */
  static async open(file: string, partitions: number, clock: () => number): Promise<EventLog> {
    const db = await openDatabase({ name: "event bus", url: sqliteUrl(file), migrations: [logTables] });
    await db.migrate();
    return new EventLog(db, createGroupCommit(db), createGroupCommit(db, { durable: false }), partitions, appends(partitions, clock));
  }

  /** Resolves when the messages are durable; gives the partitions that grew. */
  async append(messages: readonly BusMessage[]): Promise<Part[]> {
    const outcome = await this.group.submit(this.appending, messages);
    if (!outcome.ok) throw new Error(`the log refused messages: ${outcome.type}`);
    return outcome.result;
  }

  /** What is forgotten comes once more. */
  async commit(progress: Progress): Promise<void> {
    await this.positions.submit(commits, progress);
  }

  join(consumer: string, topics: readonly string[]): Promise<Progress[]> {
    return this.db.transaction((tx) => join(tx, consumer, topics, this.partitions));
  }

  read(part: Part, from: number, limit: number): Promise<ReceivedMessage[]> {
    return read(this.db, part, from, limit);
  }

  createTopics(topics: readonly string[]): Promise<void> {
    return this.db.transaction((tx) => createTopics(tx, topics, this.partitions));
  }

  progress(consumer: string, topics: readonly string[]): Promise<PartitionProgress[]> {
    return progress(this.db, consumer, topics);
  }

  /** One bounded pass of the clean-up; gives the number of messages removed, 0 when all is clean. */
  removeExpired(before: number): Promise<number> {
    return removeExpired(this.db, before, 200);
  }

  forget(consumer: string): Promise<void> {
    return this.db.transaction((tx) => forget(tx, consumer));
  }

  async close(): Promise<void> {
    await Promise.all([this.group.drained(), this.positions.drained()]);
    await this.db.close();
  }
}
