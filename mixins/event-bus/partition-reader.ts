import { backOff, pause, type Wakeup } from "../waiting";
import type { ReceivedMessage } from "./types";

export interface PartitionReader {
  /** For logs, e.g. `commerce.order.v1/3 for product`. */
  name: string;
  /** Where to begin. */
  position: number;
  /** Called when the partition has grown. */
  grown: Wakeup;
  /** Ends the reading; the batch in hand is finished first. */
  signal: AbortSignal;
  retryMs: { base: number; cap: number };
  read(from: number): Promise<ReceivedMessage[]>;
  onBatch(messages: readonly ReceivedMessage[]): Promise<void>;
  commit(position: number): Promise<void>;
  warn(message: string): void;
}

/**
 * Hands over the messages of one partition in order, and commits behind each batch. A batch that was not committed, for whatever
 * reason, comes again after a back-off; nobody else waits for that.
 */
export async function readPartition(reader: PartitionReader): Promise<void> {
  const { signal, retryMs } = reader;
  let position = reader.position;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const messages = await reader.read(position);
      const last = messages.at(-1);
      if (!last) {
        await reader.grown.wait(signal);
        continue;
      }
      await reader.onBatch(messages);
      const next = Number(last.offset) + 1;
      await reader.commit(next);
      position = next;
      failures = 0;
    } catch (error) {
      failures++;
      if (!signal.aborted) reader.warn(`${reader.name}, from ${position}: failure ${failures} in a row, will try again: ${String(error)}`);
      await pause(backOff(failures, retryMs.base, retryMs.cap), signal);
    }
  }
}
