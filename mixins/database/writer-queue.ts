import { SqliteError } from "./errors";

const waitMs = 5000;
const BUSY = 5;

/** Lets one writer of this process at a time into a file, in order of arrival. */
export class WriterQueue {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  async enter(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return;
    }
    await new Promise<void>((enter, reject) => {
      const turn = () => {
        clearTimeout(timer);
        enter();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(new SqliteError("another transaction of this process holds the file (one inside another waits for itself)", BUSY));
      }, waitMs);
      this.#waiting.push(turn);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }
}

const queues = new Map<string, WriterQueue>();

/** The queue of the file at this absolute path, the same for all who open it in this process. */
export function queueOf(path: string): WriterQueue {
  const queue = queues.get(path) ?? new WriterQueue();
  queues.set(path, queue);
  return queue;
}
