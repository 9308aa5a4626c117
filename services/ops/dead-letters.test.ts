/** Dead letters over REST, of a shop whose consumers can't apply what they are told. */
import { v7 as uuid } from "uuid";

import type { DeadLetterAuditView, DeadLetterDetailsView, DeadLetterView, ReplayView } from "../../lib/dead-letters/views";
import type { Page } from "../../lib/paging";
import type { Client } from "../../scripts/client";
import { newAdmin } from "../../test/e2e/people";
import { BrokenNotification } from "../../test/support/dead-letters";
import { databaseOf } from "../../test/support/database-of";
import { deliver } from "../../test/support/events";
import { quiet } from "../../test/support/quiet";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { domainServices } from "..";
import { consumers } from "./hosts";

jest.setTimeout(60_000);

const why = "the table is back";
let shop: TestShop;
let admin: Client;
let notification: BrokenNotification;

beforeAll(async () => {
  shop = await startShop();
  admin = await newAdmin(shop);
  notification = new BrokenNotification(shop);
  await quiet(shop); // the news of the admin's own account
});

const pathOf = (id: string) => `/ops/dead-letters/notification/${id}`;
const newUsers = (count: number) => Array.from({ length: count }, () => uuid());
const letterOf = async (id: string) => (await admin.get<DeadLetterDetailsView>(pathOf(id))).body;
type Step = { replays: ReplayView[]; nextCursor: string | null };

/** Messages that are no events, which consumers put aside at once. */
async function nonsense(topic: string, ...payloads: string[]): Promise<void> {
  await deliver(shop, ...payloads.map((payload) => ({ topic, key: payload, headers: {}, payload })));
}

async function pages<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { status, body }: { status: number; body: Page<T> } = await admin.get(
      `${path}&limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    expect([status, body.items.length <= 2]).toEqual([200, true]);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

test("every service that consumes events is asked", () => {
  const having = Object.keys(domainServices).filter((name) => "deadLetterList" in shop.broker.getLocalService(name).actions);
  expect(consumers.map(({ $name }) => $name).toSorted()).toEqual(having.toSorted());
});

test("a letter is tried dry, replayed once its cause is mended, once for a key, by whoever is signed in", async () => {
  const [userId] = newUsers(1);
  await notification.breakIt();
  const [id] = await notification.giveUpOn(userId!);
  const path = `${pathOf(id!)}/replay`;
  expect(await letterOf(id!)).toMatchObject({ service: "notification", type: "user.registered", key: userId, state: "OPEN", tries: 0 });
  expect(await admin.post(path, { why, dryRun: true })).toMatchObject({ status: 200, body: { id, verdict: "FAILED" } });
  const key = uuid();
  expect(await admin.post(path, { why }, key)).toMatchObject({ status: 409, body: { code: "DEAD_LETTER_FAILED" } });
  await notification.mend();
  const again = await admin.post(path, { why }, key);
  expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([409, "true"]);
  expect(await admin.post(path, { why, dryRun: true })).toMatchObject({ body: { verdict: "APPLIED" } });
  expect([await notification.knows(userId!), (await letterOf(id!)).tries]).toEqual([false, 1]);

  const another = uuid();
  expect(await admin.post(path, { why }, another)).toMatchObject({ status: 200, body: { id, verdict: "APPLIED" } });
  const repeated = await admin.post(path, { why }, another);
  expect([repeated.status, repeated.body, repeated.headers.get("Idempotent-Replayed")]).toEqual([200, { id, verdict: "APPLIED" }, "true"]);
  expect(await admin.post(path, { why: "something else" }, another)).toMatchObject({ body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  expect(await admin.post(path, { why })).toMatchObject({ status: 409, body: { code: "DEAD_LETTER_CLOSED", detail: "It is REPLAYED" } });
  expect(await notification.knows(userId!)).toBe(true);
  const { id: who } = (await admin.get<{ id: string }>("/users/me")).body;
  const replay = { action: "replay", who, why };
  expect((await letterOf(id!)).audit).toMatchObject([
    { ...replay, outcome: "APPLIED" },
    { ...replay, outcome: "FAILED" },
  ]);
});

test("I7: two replays at once have one effect, with one key one answer, with two the other is told", async () => {
  await notification.breakIt();
  const [first, second] = await notification.giveUpOn(...newUsers(2));
  await notification.mend();
  const key = uuid();
  const same = await Promise.all([1, 2, 3].map(() => admin.post(`${pathOf(first!)}/replay`, { why }, key)));
  expect(same.map(({ status, body }) => [status, body])).toEqual([1, 2, 3].map(() => [200, { id: first, verdict: "APPLIED" }]));
  const two = await Promise.all([1, 2].map(() => admin.post<{ code?: string }>(`${pathOf(second!)}/replay`, { why }, uuid())));
  expect(two.map(({ body }) => body.code ?? "APPLIED").toSorted()).toEqual(["APPLIED", "DEAD_LETTER_CLOSED"]);
  for (const id of [first, second]) expect((await letterOf(id!)).audit).toHaveLength(1);
});

test("all of a service's are replayed step by step, those of one key in their order; a repeated step does nothing more", async () => {
  const [kim, lee] = newUsers(2);
  await notification.breakIt();
  const ids = await notification.giveUpOn(kim!, lee!, kim!);
  expect(await admin.post(`${pathOf(ids[2]!)}/replay`, { why })).toMatchObject({ status: 409, body: { code: "DEAD_LETTER_BEHIND" } });
  const step = (more: object, key?: string) => admin.post<Step>("/ops/dead-letters/replay", { service: "notification", why, ...more }, key);
  const verdictsOf = ({ replays }: Step) => Object.fromEntries(replays.map(({ id, verdict }) => [id, verdict]));
  const expected = (verdict: string, last: string) => ({ [ids[0]!]: verdict, [ids[1]!]: verdict, [ids[2]!]: last });
  expect(verdictsOf((await step({})).body)).toEqual(expected("FAILED", "BEHIND"));
  await notification.mend();
  expect(verdictsOf((await step({ dryRun: true })).body)).toEqual(expected("APPLIED", "APPLIED"));
  expect((await step({ type: "order.completed" })).body).toEqual({ replays: [], nextCursor: null });

  const key = uuid();
  const first = await step({ limit: 2 }, key);
  const again = await step({ limit: 2 }, key);
  expect([again.body, again.headers.get("Idempotent-Replayed")]).toEqual([first.body, "true"]);
  const rest = await step({ limit: 2, cursor: first.body.nextCursor });
  expect({ ...verdictsOf(first.body), ...verdictsOf(rest.body) }).toEqual(expected("APPLIED", "APPLIED"));
  expect(rest.body.nextCursor).toBeNull();
  expect([await notification.knows(kim!), await notification.knows(lee!)]).toEqual([true, true]);
  expect((await admin.post("/ops/dead-letters/replay", { service: "gateway", why })).status).toBe(404);
});

test("letters of all services are one list, page by page, and so is what was done to them", async () => {
  await nonsense("commerce.order.v1", "one", "two", "three"); // four services are told of orders
  const open = () => pages<DeadLetterView>("/ops/dead-letters?state=OPEN");
  const letters = await waitFor(async () => {
    const found = await open();
    return found.length === 12 && found;
  });
  expect(letters.map(({ diedAt }) => diedAt)).toEqual(letters.map(({ diedAt }) => diedAt).toSorted());
  expect(new Set(letters.map(({ service }) => service))).toEqual(new Set(["product", "bestseller", "order-history", "notification"]));
  expect(await pages("/ops/dead-letters?state=OPEN&service=product")).toHaveLength(3);
  expect(letters[0]).not.toHaveProperty("eventId");

  for (const { service, id } of letters) {
    const path = `/ops/dead-letters/${service}/${id}`;
    expect(await admin.post(`${path}/replay`, { why })).toMatchObject({ status: 409, body: { code: "DEAD_LETTER_NOT_REPLAYABLE" } });
    expect(await admin.post(`${path}/discard`, { why })).toMatchObject({ status: 200, body: { state: "DISCARDED" } });
  }
  expect(await open()).toEqual([]);
  const discarded = (await pages<DeadLetterAuditView>("/ops/dead-letters/audit?")).filter(({ action }) => action === "discard");
  expect(discarded.map(({ letter }) => letter)).toEqual(letters.map(({ id }) => id).toReversed());
  expect(await pages(`/ops/dead-letters/audit?service=product&letter=${letters[0]!.id}`)).toHaveLength(
    letters[0]!.service === "product" ? 1 : 0,
  );
});

test("audit entries of one moment are all read", async () => {
  const entry = (letter: string) => ({ letter, topic: "t", action: "discard", outcome: "DISCARDED", who: "kim", why: "!", at: 1_000 });
  for (const consumer of ["product", "bestseller", "order"])
    await databaseOf(shop, consumer).transaction((tx) =>
      tx.insert(
        "dead_letter_audit",
        [1, 2, 3].map((n) => ({ consumer, ...entry(`${consumer}-${n}`) })),
      ),
    );
  const read = (await pages<DeadLetterAuditView>("/ops/dead-letters/audit?")).filter(({ why }) => why === "!");
  const expected = ["product", "order", "bestseller"].flatMap((name) => [3, 2, 1].map((n) => `${name}-${n}`));
  expect(read.map(({ letter }) => letter)).toEqual(expected);
});

test.each([
  ["x/replay", {}, "why"],
  ["x/replay", { why, who: "somebody else" }, "who"],
  ["x/discard", { why, dryRun: true }, "dryRun"],
])("%s with %j is refused for its %s", async (action, body, field) => {
  expect(await admin.post(`/ops/dead-letters/product/${action}`, body)).toMatchObject({ status: 422, body: { errors: [{ path: field }] } });
});

test("a node that consumes nothing has its operators' actions all the same", async () => {
  await notification.breakIt();
  const [userId] = newUsers(1);
  const [id] = await notification.giveUpOn(userId!);
  await notification.mend();
  await shop.stop();
  const { embedded, databaseUrl } = shop.config;
  const url = embedded ? undefined : databaseUrl("notification").replace(/_notification$/, "");
  const env = { EVENTS: "off", ...(url && { DATABASE_URL: url }) };
  const silent = await startShop({ only: ["notification"], dataDir: shop.config.dataDir, env });
  const params = { id, who: "kim", why };
  expect(await silent.broker.call("notification.deadLetterReplay", params)).toEqual({ id, verdict: "APPLIED" });
});
