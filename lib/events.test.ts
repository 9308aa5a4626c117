import { z } from "zod";

import type { Tx } from "../mixins/database/types";
import type { BusMessage } from "../mixins/event-bus";
import { readEvent } from "../mixins/inbox/event";
import { contract, event, type EventRef } from "./contract";
import { emit, reading } from "./events";
import { traceOf } from "./trace";

const box = contract("box", {
  actions: {},
  events: {
    filled: event("test.box.v1", {
      key: "boxId",
      summary: "A box is full.",
      data: z.strictObject({ boxId: z.string(), pieces: z.int() }),
      example: { boxId: "b1", pieces: 2 },
    }),
  },
}).events.filled;

const request = { requestId: "r 1", traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };

function published<E extends EventRef>(what: E, data: z.output<E["data"]>, trace?: Record<string, string>): BusMessage {
  const messages: BusMessage[] = [];
  emit({ publish: (message: BusMessage) => messages.push(message) } as unknown as Tx, what, data as never, trace);
  return messages[0]!;
}

test("an event has CloudEvents' attributes as the headers of its Kafka binding", () => {
  const { topic, key, headers, payload } = published(box, { boxId: "b1", pieces: 2 }, traceOf(request));
  expect([topic, key, JSON.parse(payload)]).toEqual(["test.box.v1", "b1", { boxId: "b1", pieces: 2 }]);
  expect(headers).toEqual({
    ce_specversion: "1.0",
    ce_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    ce_source: "/box",
    ce_type: "box.filled",
    ce_time: expect.stringMatching(/Z$/),
    ce_subject: "b1",
    "content-type": "application/json",
    ce_correlationid: "r 1",
    ce_causationid: "r 1",
    traceparent: request.traceparent,
  });
});

test("an event that nobody's request caused tells of none", () => {
  const names = Object.keys(published(box, { boxId: "b1", pieces: 2 }).headers);
  expect(names.filter((name) => /correlation|causation|trace/.test(name))).toEqual([]);
});

test("what a consumer publishes because of an event is caused by that event, and belongs to the same request and trace", () => {
  const first = published(box, { boxId: "b1", pieces: 2 }, traceOf(request));
  const { read } = reading(box, (received) => received);
  const received = read(readEvent({ ...first, partition: 0, offset: "0" }));
  const { headers } = published(box, received.data, received.trace);
  expect(headers).toMatchObject({ ce_correlationid: "r 1", ce_causationid: first.headers.ce_id, traceparent: request.traceparent });
});

test("what an event lacks is told in a line, for who reads dead letters", () => {
  const { read } = reading(box, (received) => received);
  const odd = readEvent({ ...published(box, { boxId: "b1", pieces: 2 }), payload: '{"boxId":1}', partition: 0, offset: "0" });
  expect(() => read(odd)).toThrow(/^boxId: Invalid input: [^\n]+ \(and 1 more\)$/);
});
