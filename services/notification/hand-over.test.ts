import { handOver, type HandOver } from "./hand-over";
import type { Claimed } from "./notifications";
import type { OutgoingMessage } from "./provider";
import { RefusedForGood } from "./refused";

const facts = JSON.stringify({ couponId: "c1", userCouponId: "uc1", userId: "u1" });
const message: Claimed = {
  id: "n1",
  eventId: "e1",
  userId: "u1",
  kind: "coupon.issued",
  facts,
  subject: "",
  body: "",
  createdAt: 0,
  attempt: 3,
};
const kim = { userId: "u1", email: "kim@example.com", nickname: "Kim", language: "ko" as const, heardAt: 1 };

/** With a provider that takes everything, unless it is told to refuse. */
function handing(refusal?: Error, needsAddress = false) {
  const taken: OutgoingMessage[] = [];
  const how: HandOver = {
    provider: {
      needsAddress,
      async send(message) {
        if (refusal) throw refusal;
        taken.push(message);
      },
    },
    timeZone: "UTC",
    retryMs: { base: 10, cap: 1_000 },
    addressMs: Number.MAX_SAFE_INTEGER,
  };
  return { taken, how };
}
const signal = new AbortController().signal;

test("what was taken comes back as it was written, in the customer's language", async () => {
  const { taken, how } = handing();
  const written = { language: "ko", subject: "새 쿠폰이 발급되었습니다", body: expect.stringMatching(/^Kim 님, 안녕하세요/) };
  expect(await handOver(message, kim, how, signal)).toEqual({ message, written });
  expect(taken).toEqual([{ id: "e1", to: { userId: "u1", email: "kim@example.com", nickname: "Kim" }, ...written }]);
});

test("a refusal is tried again after a wait that doubles, one for good never", async () => {
  const again = await handOver(message, kim, handing(new Error("not now")).how, signal);
  expect(again.failure).toEqual({ error: "not now", waitMs: 40 });
  const never = await handOver(message, kim, handing(new RefusedForGood("no such user")).how, signal);
  expect(never.failure).toEqual({ error: "no such user", waitMs: null });
  expect(never.written).toMatchObject({ subject: "새 쿠폰이 발급되었습니다" });
});

test("a message that was written before facts were kept goes out as it was written", async () => {
  const { taken, how } = handing();
  await handOver({ ...message, facts: null, subject: "Hello", body: "World" }, kim, how, signal);
  expect(taken).toMatchObject([{ language: "en", subject: "Hello", body: "World" }]);
});

test("a message of a kind that this version can't write waits", async () => {
  const { taken, how } = handing();
  const { failure } = await handOver({ ...message, kind: "order.eaten" }, kim, how, signal);
  expect(failure).toEqual({ error: "nobody knows what to write of order.eaten", waitMs: 40 });
  expect(taken).toEqual([]);
});

test("a customer of whom nothing is known is waited for where the provider needs his address, and not for ever", async () => {
  const anybody = handing();
  await handOver(message, undefined, anybody.how, signal);
  expect(anybody.taken).toMatchObject([{ to: { userId: "u1" }, language: "en" }]);
  const { taken, how } = handing(undefined, true);
  const error = "the customer's e-mail address is not known";
  expect(await handOver(message, undefined, how, signal)).toEqual({ message, failure: { error, waitMs: 40 } });
  expect(await handOver(message, undefined, { ...how, addressMs: 1 }, signal)).toEqual({ message, failure: { error, waitMs: null } });
  expect(taken).toEqual([]);
});
