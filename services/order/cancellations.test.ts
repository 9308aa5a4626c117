import type { Database } from "../../mixins/database";
import { testDatabase } from "../../test/support/database";
import {
  acceptCancellation,
  type Cancellation,
  endCancellations,
  findCancellation,
  findCancellationByKey,
  insertCancellations,
  refuseCancellations,
} from "./cancellations";
import { orders } from "./migrations/0001-orders";
import { cancellations } from "./migrations/0002-cancellations";

let db: Database;
beforeAll(async () => {
  db = await testDatabase("order", [orders, cancellations]);
});

/** Under way, as the order's first attempt. */
const begun = (id: string, rest: Partial<Cancellation> = {}): Cancellation => ({
  ...{ id, orderId: `order of ${id}`, attempt: 1, historyLength: 3, createdAt: 1 },
  ...rest,
});
const insert = (...rows: Cancellation[]) => db.transaction((tx) => insertCancellations(tx, rows));
const accept = (id: string) => db.transaction((tx) => acceptCancellation(tx, id));
const end = (...orderIds: string[]) => db.transaction((tx) => endCancellations(tx, orderIds, 9));

const refusal = (id: string, status: number) => ({ orderId: `order of ${id}`, code: "UNAVAILABLE", detail: `${id} was in vain`, status });
const refuse = (...refused: ReturnType<typeof refusal>[]) => db.transaction((tx) => refuseCancellations(tx, refused, 9));

test("what is written is what is found, with all fields and with the fewest", async () => {
  const request = { keyDigest: "k".repeat(43), bodyHash: "h" };
  const failure = { code: "ORDER_NOT_CANCELABLE", detail: "so it is" };
  const full = begun("full", { reason: "x".repeat(200), request, failure, answerStatus: 409, endedAt: 2 });
  const least = { id: "least", orderId: "o", historyLength: 1, createdAt: 1 };
  await insert(full, least);
  expect(await findCancellation(db, "full")).toEqual(full);
  expect(await findCancellation(db, "least")).toEqual(least);
  expect(await findCancellationByKey(db, request.keyDigest)).toEqual(full);
  expect(await findCancellationByKey(db, "another")).toBeUndefined();
});

test("I1: one key, and one attempt, is written once; requests that began nothing and have no key are as many as they are", async () => {
  const request = { keyDigest: "same", bodyHash: "h" };
  await insert(begun("key", { request }));
  await expect(insert(begun("key again", { request }))).rejects.toThrow();
  await expect(insert(begun("attempt again", { orderId: "order of key" }))).rejects.toThrow();
  await insert(begun("a", { orderId: "o2", attempt: undefined }), begun("b", { orderId: "o2", attempt: undefined }));
});

test("the first answer is the answer, whether it comes with the end or before", async () => {
  await insert(begun("first accepted"), begun("first ended"), begun("first refused"));
  await accept("first accepted");
  await end("order of first accepted", "order of first ended");
  await refuse(refusal("first refused", 503));
  for (const id of ["first ended", "first refused"]) await accept(id);
  const ids = ["first accepted", "first ended", "first refused"];
  expect((await Promise.all(ids.map((id) => findCancellation(db, id)))).map((found) => found?.answerStatus)).toEqual([202, 200, 503]);
});

test("each that is refused together keeps a cause of its own, one that was accepted too", async () => {
  await insert(begun("x"), begun("y"), begun("z"));
  await accept("y");
  await refuse(refusal("x", 409), refusal("y", 409), refusal("z", 503));
  const found = await Promise.all(["x", "y", "z"].map((id) => findCancellation(db, id)));
  expect(found.map((one) => [one?.answerStatus, one?.failure?.detail, one?.endedAt])).toEqual([
    [409, "x was in vain", 9],
    [202, "y was in vain", 9],
    [503, "z was in vain", 9],
  ]);
});

test("only the attempt that is under way ends, and one that isn't is a fault of ours that changes nothing", async () => {
  await insert(begun("one", { endedAt: 2, answerStatus: 409 }), begun("two", { orderId: "order of one", attempt: 2 }), begun("other"));
  await insert(begun("key only", { orderId: "order of one", attempt: undefined, endedAt: 3, answerStatus: 202 }));
  await end("order of one");
  const statuses = await Promise.all(["one", "two", "key only"].map(async (id) => (await findCancellation(db, id))?.answerStatus));
  expect(statuses).toEqual([409, 200, 202]);
  await expect(end("order of one", "order of other")).rejects.toThrow("1 of these orders have no cancellation under way");
  await expect(refuse(refusal("one", 409), refusal("other", 409))).rejects.toThrow("no cancellation under way");
  expect(await findCancellation(db, "other")).toEqual(begun("other"));
});
