/** What the machinery must not leave behind. */
import type { DeadLetter } from "../bus-reading";
import { type Consumer, consumed, unsent } from "../codes";
import { followed } from "../on-their-way";
import type { ServiceName } from "../reading";
import type { Findings } from "./rule";
import type { TableRule } from "./table-rule";

const patienceMs = 60_000;

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;

/** I6. */
export const sagas: TableRule = {
  name: "sagas",
  says: "no saga is parked, and none is still open a minute after its deadline",
  async check(_reading, found, { work, alive }) {
    for (const { type, key, parked, deadlineAt } of work.sagas) {
      const late = alive.waited(deadlineAt);
      if (parked) found.violated(`saga ${type} ${key}`, "is parked");
      else if (late > patienceMs) found.violated(`saga ${type} ${key}`, `is open ${seconds(late)} after its deadline`);
      else found.pending();
    }
  },
};

/** Services that have an outbox. Written down anew, as in `codes.ts`: nothing is taken from the services' code. */
export const publishers: readonly ServiceName[] = ["user", "product", "point", "coupon", "order", "payment"];

interface OutboxRow {
  eventId: string;
  topic: string;
  status: number;
  createdAt: number;
}

/** I7. */
export const outbox: TableRule = {
  name: "outbox",
  says: "no event is parked, and none has waited for a minute to be sent (of a shop with EVENTS=off they wait: then give EVENTS=off here too)",
  async check(reading, found, { alive, events }) {
    for (const name of publishers) {
      const rows = reading
        .of(name)
        .batches<OutboxRow>(`select event_id as eventId, topic, status, created_at as createdAt from ${name}_outbox_event order by id`);
      for await (const batch of rows) for (const row of batch) judgeUnsent(name, row, events ? alive.waited(row.createdAt) : 0, found);
    }
  },
};

function judgeUnsent(name: string, { eventId, topic, status }: OutboxRow, waited: number, found: Findings): void {
  const what = `event ${eventId} of ${name} for ${topic}`;
  if (status === unsent.PARKED) found.violated(what, "is parked");
  else if (waited > patienceMs) found.violated(what, `was not sent for ${seconds(waited)}`);
  else found.pending();
}

/** I7. That nothing was applied twice shows in what followers hold: sales, tally, history. */
export const inbox: TableRule = {
  name: "inbox",
  says: "no event on the bus has waited for a minute for one of its consumers, and each of them has its position",
  async check({ bus }, found, { alive }) {
    if (!bus) return;
    for (const { consumer, topic, part, behind, oldest } of await bus.unread()) {
      const waited = alive.waited(oldest ?? 0);
      if (behind === 0) found.right();
      else if (waited <= patienceMs) found.pending();
      else found.violated(`consumer ${consumer} of ${topic}/${part}`, `has ${behind} events unread, the oldest for ${seconds(waited)}`);
    }
    for (const [consumer, topics] of Object.entries(followed))
      for (const topic of topics)
        for (const { part, events } of await bus.lost(consumer, topic))
          found.violated(`consumer ${consumer} of ${topic}/${part}`, `has no position, ${events} events are there`);
  },
};

export const deadLetters: TableRule = {
  name: "dead letters",
  says: "no consumer has given up on an event that nobody has seen to since",
  async check({ of, bus }, found) {
    const tell = (dlq: string, { part, position, type, k, error }: DeadLetter) =>
      found.violated(`${dlq}/${part}/${position}`, `${type} of ${k}: ${error}`);
    for (const consumer of Object.keys(consumed) as Consumer[])
      for await (const batch of of(consumer).batches<DeadLetter>(openLetters))
        for (const letter of batch) tell(`${letter.topic}.${consumer}.dlq`, letter);
    if (bus) for await (const batch of bus.uncollected()) for (const letter of batch) tell(letter.topic, letter);
  },
};

const openLetters =
  "select topic, msg_key as k, part, position, type, error from dead_letter where state = 'OPEN' order by topic, part, position";
