/**
 * Messages of any size over a transporter that takes only small ones (NATS: 1 MiB unless its server is told otherwise): large ones travel
 * in pieces. A message that is small enough goes out as it is. Moleculer's JSON never begins with a zero byte, so that one marks a piece.
 */
import { randomBytes } from "node:crypto";

import type { Middleware } from "moleculer";

const idBytes = 16;
/** Zero, the message's id, which piece it is, how many there are. */
const headBytes = 1 + idBytes + 4 + 4;

/** Every node must have the middleware, but their options may differ: who receives takes pieces of any size. */
export interface PiecesOptions {
  /** The size of a piece, its head (25 bytes) included; a message that isn't larger travels whole. Default 512 KiB. */
  maxBytes?: number;
  /** How long after its first piece the rest of a message may come, in ms; then what is there is forgotten. Default 30,000. */
  keepMs?: number;
}

type Send = (topic: string, data: Buffer, meta?: Record<string, unknown>) => Promise<unknown>;
type Receive = (command: string, data: Buffer, ...rest: unknown[]) => Promise<void> | void;

/** A middleware for every broker that is to understand the others. */
export function pieces({ maxBytes = 512 * 1024, keepMs = 30_000 }: PiecesOptions = {}): Middleware {
  const arriving = new Arriving(keepMs);
  const hooks = {
    name: "pieces",
    transporterSend:
      (next: Send): Send =>
      (topic, data, meta) => {
        if (data.length <= maxBytes) return next(topic, data, meta);
        return Promise.all(cut(data, maxBytes - headBytes).map((piece) => next(topic, piece, meta)));
      },
    transporterReceive:
      (next: Receive): Receive =>
      (command, data, ...rest) => {
        const whole = data[0] === 0 ? arriving.add(data) : data;
        return whole && next(command, whole, ...rest);
      },
    stopped: async () => arriving.forget(),
  };
  return hooks as unknown as Middleware; // Moleculer types these two as if they were called with what they return
}

function cut(data: Buffer, size: number): Buffer[] {
  const id = randomBytes(idBytes);
  const count = Math.ceil(data.length / size);
  return Array.from({ length: count }, (_, index) => {
    const head = Buffer.alloc(headBytes);
    id.copy(head, 1);
    head.writeUInt32BE(index, 1 + idBytes);
    head.writeUInt32BE(count, 1 + idBytes + 4);
    return Buffer.concat([head, data.subarray(index * size, (index + 1) * size)]);
  });
}

interface Incomplete {
  parts: (Buffer | undefined)[];
  count: number;
  missing: number;
  timer: NodeJS.Timeout;
}

/** Messages of which some pieces are here. */
class Arriving {
  readonly #messages = new Map<string, Incomplete>();

  constructor(private readonly keepMs: number) {}

  /** The whole message, with its last piece. What can't be a piece is dropped, as Moleculer drops what it can't read. */
  add(piece: Buffer): Buffer | undefined {
    if (piece.length <= headBytes) return undefined;
    const id = piece.toString("latin1", 1, 1 + idBytes);
    const index = piece.readUInt32BE(1 + idBytes);
    const message = this.#messages.get(id) ?? this.#begin(id, piece.readUInt32BE(1 + idBytes + 4));
    if (index >= message.count || message.parts[index]) return undefined;
    message.parts[index] = piece.subarray(headBytes);
    if (--message.missing > 0) return undefined;
    this.#end(id, message);
    return Buffer.concat(message.parts as Buffer[]);
  }

  forget(): void {
    for (const [id, message] of this.#messages) this.#end(id, message);
  }

  #begin(id: string, count: number): Incomplete {
    const timer = setTimeout(() => this.#messages.delete(id), this.keepMs).unref();
    const message: Incomplete = { parts: [], count, missing: count, timer };
    this.#messages.set(id, message);
    return message;
  }

  #end(id: string, message: Incomplete): void {
    clearTimeout(message.timer);
    this.#messages.delete(id);
  }
}
