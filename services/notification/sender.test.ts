import type { Database } from "../../mixins/database";
import { deferred } from "../../mixins/waiting";
import { testDatabase } from "../../test/support/database";
import { waitFor } from "../../test/support/wait";
import { notifications } from "./migrations/0001-notifications";
import { lettersAndRefusals } from "./migrations/0002-letters-and-refusals";
import { insertMessages } from "./notifications";
import type { MessageProvider, OutgoingMessage } from "./provider";
import { noteRecipients } from "./recipients";
import { Sender, timings } from "./sender";

let db: Database;
beforeAll(async () => {
  db = await testDatabase("notification", [notifications, lettersAndRefusals]);
});
const running: Sender[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((sender) => sender.stop()));
  await db.transaction((tx) => tx.execute("delete from notification"));
});

/** Times that nobody has to wait for; the lease is that of the service unless a test needs it to run out. */
const quick = { ...timings, gatherMs: 0, pollMs: 5, retryMs: { base: 1, cap: 5 } };

/** A provider that keeps what it takes. */
class Mailbox implements MessageProvider {
  needsAddress = false;
  readonly taken: OutgoingMessage[] = [];
  /** Befalls every message before it is taken. */
  before: (message: OutgoingMessage, signal: AbortSignal) => Promise<void> = async () => undefined;

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    await this.before(message, signal);
    this.taken.push(message);
  }

  get ids(): string[] {
    return this.taken.map(({ id }) => id).sort();
  }
}

async function started(
  provider: MessageProvider,
  { exclusive = false, ...figures }: Partial<typeof timings> & { exclusive?: boolean } = {},
) {
  const warnings: string[] = [];
  const sender = new Sender(
    { db, provider, timeZone: "UTC", exclusive, warn: (message) => void warnings.push(message) },
    { ...quick, ...figures },
  );
  running.push(sender);
  await sender.start();
  return { sender, warnings };
}

const facts = JSON.stringify({ couponId: "c1", userCouponId: "uc1", userId: "u1" });
const write = (...eventIds: string[]) =>
  db.transaction((tx) =>
    insertMessages(
      tx,
      eventIds.map((eventId) => ({ eventId, userId: "u1", kind: "coupon.issued", facts })),
    ),
  );
const rows = () =>
  db.select<{ event_id: string; sent_at: number | null; attempts: number; next_at: number | null }>(
    "select event_id, sent_at, attempts, next_at from notification order by event_id",
  );
const allSent = async (count: number) =>
  (await rows()).filter(({ sent_at, next_at }) => sent_at !== null && next_at === null).length === count;
/** Until the provider's call is aborted. */
const hang = (_: OutgoingMessage, signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("timed out"))));

test("messages go out once each, under their event's id, to the address as it is then", async () => {
  const mailbox = new Mailbox();
  await write("e1", "e2");
  await db.transaction((tx) =>
    noteRecipients(tx, [{ userId: "u1", email: "kim@example.com", nickname: "Kim", language: "ko", heardAt: 1 }]),
  );
  const { sender } = await started(mailbox, { pollMs: 3_600_000 });
  await waitFor(() => allSent(2));
  await write("e3");
  sender.wake();
  await waitFor(() => allSent(3));
  await sender.stop();
  expect(mailbox.ids).toEqual(["e1", "e2", "e3"]);
  expect(mailbox.taken[0]).toEqual({
    id: expect.any(String),
    to: { userId: "u1", email: "kim@example.com", nickname: "Kim" },
    language: "ko",
    subject: "새 쿠폰이 발급되었습니다",
    body: expect.stringContaining("Kim 님, 안녕하세요."),
  });
  expect((await rows()).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
});

test("more messages than one batch holds all go out, each once", async () => {
  const mailbox = new Mailbox();
  const ids = Array.from({ length: 25 }, (_, n) => `e${String(n).padStart(2, "0")}`);
  await write(...ids);
  await started(mailbox, { batch: 10, pollMs: 3_600_000 });
  await waitFor(() => allSent(25));
  expect(mailbox.ids).toEqual(ids);
});

test("what the provider doesn't take is tried again, and holds up nobody else", async () => {
  const mailbox = new Mailbox();
  let failures = 3;
  mailbox.before = async ({ id }) => {
    if (id === "e1" && failures-- > 0) throw new Error("not now");
  };
  await write("e1", "e2");
  const { warnings } = await started(mailbox);
  await waitFor(() => allSent(2));
  expect(mailbox.ids).toEqual(["e1", "e2"]);
  expect(await rows()).toMatchObject([{ attempts: 4 }, { attempts: 1 }]);
  expect(warnings[0]).toBe("1 of 2 messages were not taken and will be tried again: not now");
});

test("a message that keeps failing waits longer each time", async () => {
  const mailbox = new Mailbox();
  mailbox.before = () => Promise.reject(new Error("no"));
  await write("e1");
  const { sender } = await started(mailbox, { retryMs: { base: 3_600_000, cap: 10 * 3_600_000 } });
  await waitFor(async () => (await rows())[0]?.attempts === 1);
  await sender.stop();
  const wait = async () => (await rows())[0]!.next_at! - (await db.now());
  expect(await wait()).toBeGreaterThan(0.9 * 3_600_000);
  await db.transaction((tx) => tx.execute("update notification set next_at = 0"));
  const { sender: again } = await started(mailbox, { retryMs: { base: 3_600_000, cap: 10 * 3_600_000 } });
  await waitFor(async () => (await rows())[0]?.attempts === 2);
  await again.stop();
  expect(await wait()).toBeGreaterThan(1.9 * 3_600_000);
});

test("a provider that doesn't answer is given up after a while, and asked again", async () => {
  const mailbox = new Mailbox();
  let hangs = 1;
  mailbox.before = (...call) => (hangs-- > 0 ? hang(...call) : Promise.resolve());
  await write("e1");
  await started(mailbox, { timeoutMs: 20 });
  await waitFor(() => allSent(1));
  expect(mailbox.ids).toEqual(["e1"]);
});

describe("a process that dies after the commit", () => {
  /** It never comes back from the provider. */
  const dying = async () => {
    const mailbox = new Mailbox();
    const reached = deferred();
    mailbox.before = (...call) => (reached.resolve(), hang(...call));
    const { sender } = await started(mailbox, { timeoutMs: 600, leaseMs: 100 });
    await reached.promise;
    return { mailbox, sender };
  };

  test("before the provider took the message: the next one sends it, under the same id", async () => {
    await write("e1");
    await dying();
    const mailbox = new Mailbox();
    await started(mailbox, { exclusive: true });
    await waitFor(() => allSent(1));
    expect(mailbox.ids).toEqual(["e1"]);
  });

  test("where others may send too: they take its messages when the lease has run out, and not before", async () => {
    await write("e1");
    const { sender } = await dying();
    const [leased] = await rows();
    expect(leased!.next_at).toBeGreaterThan(0);
    const mailbox = new Mailbox();
    let takenAt = 0;
    mailbox.before = async () => void (takenAt = await db.now());
    await started(mailbox);
    await waitFor(() => allSent(1));
    expect(takenAt).toBeGreaterThanOrEqual(leased!.next_at!);
    expect(mailbox.ids).toEqual(["e1"]);
    // The dead one wakes up, and what it thinks has failed stays sent.
    await sender.stop();
    expect(await allSent(1)).toBe(true);
  });

  test("after the provider took it, before that was noted: it goes out twice, under one id to drop the second by", async () => {
    await write("e1");
    const mailbox = new Mailbox();
    const lost = jest.spyOn(db, "transaction");
    const taken = deferred();
    mailbox.before = async () => {
      lost.mockImplementation(() => Promise.reject(new Error("the process is dead")));
      taken.resolve();
    };
    const { sender } = await started(mailbox);
    await taken.promise;
    await sender.stop();
    lost.mockRestore();
    mailbox.before = async () => undefined;
    await started(mailbox, { exclusive: true });
    await waitFor(() => allSent(1));
    expect(mailbox.ids).toEqual(["e1", "e1"]);
  });
});

test("two senders of one database share the messages, and each goes out once", async () => {
  const mailbox = new Mailbox();
  const ids = Array.from({ length: 40 }, (_, n) => `e${String(n).padStart(2, "0")}`);
  await write(...ids);
  await Promise.all([started(mailbox, { batch: 5 }), started(mailbox, { batch: 5 })]);
  await waitFor(() => allSent(40));
  expect(mailbox.ids).toEqual(ids);
});

test("an event that has its message gets no other", async () => {
  await write("e1");
  await write("e1", "e2");
  expect((await rows()).map(({ event_id }) => event_id)).toEqual(["e1", "e2"]);
});

test("of what is told of a user the newest stands, also when it comes first", async () => {
  const tell = (...told: [email: string, heardAt: number][]) =>
    db.transaction((tx) =>
      noteRecipients(
        tx,
        told.map(([email, heardAt]) => ({ userId: "u2", email, nickname: email, language: "en" as const, heardAt })),
      ),
    );
  const known = () => db.select("select email, nickname, heard_at from recipient where user_id = ?", ["u2"]);
  await tell(["a", 1], ["c", 3], ["b", 2]);
  expect(await known()).toEqual([{ email: "c", nickname: "c", heard_at: 3 }]);
  await tell(["b", 2]);
  expect(await known()).toEqual([{ email: "c", nickname: "c", heard_at: 3 }]);
  await tell(["d", 4]);
  expect(await known()).toEqual([{ email: "d", nickname: "d", heard_at: 4 }]);
});
