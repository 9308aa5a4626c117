/**
 * Cuts what comes from a server into HTTP answers. Just enough HTTP/1.1 for servers that say how long their answers are: the client shares
 * its machine with them, so each microsecond that it spends is taken from both.
 */

const endOfHead = "\r\n\r\n";
const nothing = Buffer.alloc(0);

/** Told of each answer. `body` reads it, and only before the call returns. */
export type Answered = (status: number, body: () => string) => void;

export class Answers {
  #begun: Buffer = nothing;

  constructor(private readonly answered: Answered) {}

  /** The chunk may be used again by the caller afterwards. Throws when it isn't an answer that can be read. */
  push(chunk: Buffer): void {
    const data = this.#begun.length ? Buffer.concat([this.#begun, chunk]) : chunk;
    let at = 0;
    while (at < data.length) {
      const headEnd = data.indexOf(endOfHead, at, "latin1");
      if (headEnd < 0) break;
      const { status, length } = headOf(data.toString("latin1", at, headEnd));
      const bodyAt = headEnd + endOfHead.length;
      if (bodyAt + length > data.length) break;
      this.answered(status, () => data.toString("utf8", bodyAt, bodyAt + length));
      at = bodyAt + length;
    }
    this.#begun = at < data.length ? Buffer.from(data.subarray(at)) : nothing;
  }

  /** Whether the last answer lacks its end. */
  get unfinished(): boolean {
    return this.#begun.length > 0;
  }
}

function headOf(head: string): { status: number; length: number } {
  const status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
  const length = Number(/\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1] ?? (status === 204 ? 0 : NaN));
  if (!head.startsWith("HTTP/1.1 ") || !(status >= 200) || Number.isNaN(length)) throw new Error(`not an answer with a length: ${head}`);
  return { status, length };
}
