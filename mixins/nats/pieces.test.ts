import { randomBytes } from "node:crypto";

import { pieces, type PiecesOptions } from "./pieces";

interface Hooks {
  transporterSend(next: (topic: string, data: Buffer) => Promise<void>): (topic: string, data: Buffer) => Promise<void>;
  transporterReceive(next: (command: string, data: Buffer) => void): (command: string, data: Buffer) => void;
}

const maxBytes = 125; // of which a piece's head takes 25

/** What one broker sends, and a way to hand it to another one. */
function wire(options: PiecesOptions = { maxBytes }) {
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  const send = (pieces(options) as unknown as Hooks).transporterSend(async (_topic, data) => void sent.push(data));
  const receive = (pieces(options) as unknown as Hooks).transporterReceive((_command, data) => void received.push(data));
  return { sent, received, send: (data: Buffer) => send("topic", data), arrives: (data: Buffer) => receive("REQ", data) };
}

const message = (bytes: number) => Buffer.concat([Buffer.from("{"), randomBytes(bytes - 1)]);

test.each([1, 99, 100, 101, 124, 125])("%i bytes go out as they are", async (bytes) => {
  const { sent, received, send, arrives } = wire();
  const data = message(bytes);
  await send(data);
  expect(sent).toEqual([data]);
  arrives(data);
  expect(received).toEqual([data]);
});

test.each([
  [126, 2],
  [200, 2],
  [201, 3],
  [100_000, 1_000],
])("%i bytes go out in %i pieces, none too large, and arrive whole in any order", async (bytes, count) => {
  const { sent, received, send, arrives } = wire();
  const data = message(bytes);
  await send(data);
  expect(sent).toHaveLength(count);
  expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(maxBytes);
  for (const piece of sent.toReversed()) arrives(piece);
  expect(received).toEqual([data]);
});

test("messages that come mixed, and pieces that come twice, are told apart", async () => {
  const { sent, received, send, arrives } = wire();
  const [one, other] = [message(250), message(350)];
  await send(one);
  await send(other);
  const [a, b, c, ...rest] = sent;
  for (const piece of [rest[0]!, a!, a!, rest[1]!, rest[0]!, b!, ...rest.slice(2), c!]) arrives(piece);
  expect(received).toEqual([other, one]);
});

test("what is no piece, or one that can't belong to its message, is dropped", async () => {
  const { sent, received, send, arrives } = wire();
  await send(message(150));
  const [first, second] = sent;
  const beyond = Buffer.from(second!);
  beyond.writeUInt32BE(7, 17);
  for (const data of [Buffer.from([0]), Buffer.alloc(25), first!, beyond]) arrives(data);
  expect(received).toEqual([]);
  arrives(second!);
  expect(received).toHaveLength(1);
});

test("a message whose rest doesn't come is forgotten", async () => {
  jest.useFakeTimers();
  try {
    const { sent, received, send, arrives } = wire({ maxBytes, keepMs: 1_000 });
    await send(message(150));
    arrives(sent[0]!);
    jest.advanceTimersByTime(1_000);
    arrives(sent[1]!);
    expect(received).toEqual([]);
    expect(jest.getTimerCount()).toBe(1);
  } finally {
    jest.useRealTimers();
  }
});
