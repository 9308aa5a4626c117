import { v7 as uuid } from "uuid";

import { databaseOf } from "../../test/support/database-of";
import { newAdmin } from "../../test/e2e/people";
import type { Client } from "../../scripts/client";
import type { Page } from "../../lib/paging";
import type { SagaAuditView, SagaDetailsView, SagaView } from "../../lib/sagas/views";
import { startShop, type TestShop } from "../../test/support/shop";
import { stateCode } from "../../mixins/saga/tables";
import { domainServices } from "..";
import { hosts, publishers } from "./hosts";

const why = "the provider is back";
let shop: TestShop;
let admin: Client;

beforeAll(async () => {
  shop = await startShop();
  admin = await newAdmin(shop);
});

const actionsOf = (service: string) => shop.broker.getLocalService(service).actions;

describe("whom operators ask", () => {
  const having = (action: string) => Object.keys(domainServices).filter((name) => action in actionsOf(name));

  test("every service that hosts sagas", () => {
    expect(hosts.map(({ $name }) => $name)).toEqual(having("sagaList"));
  });

  test("every service that publishes events", () => {
    expect(publishers.map(({ $name }) => $name).sort()).toEqual(having("outboxStatus").sort());
  });
});

/** Sagas that are parked before anything was done, of orders that there are not: to be looked at, and to be told to. */
async function parkSagas(count: number, type = "cancel-order"): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuid());
  const at = Date.now();
  await databaseOf(shop, "order").transaction((tx) =>
    tx.insert(
      "saga_instance",
      ids.map((id, n) => ({
        ...{
          type,
          business_key: id,
          version: 1,
          state: stateCode.PARKED,
          owner: "",
          epoch: 1,
          deadline_at: at,
          recoveries: 0,
          releases: 0,
        },
        ...{ input: JSON.stringify({ orderId: id, userId: "u1", items: [] }), created_at: at + n, updated_at: at },
      })),
    ),
  );
  return ids;
}

/** All pages of a list, each of at most two. */
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

describe("over REST", () => {
  test("parked sagas are read page by page, the oldest first", async () => {
    const ids = await parkSagas(5);
    const listed = await pages<SagaView>("/ops/sagas?state=PARKED");
    expect(listed.map(({ id }) => id)).toEqual(ids);
    expect(listed[0]).toEqual({
      ...{ type: "cancel-order", id: ids[0], version: 1, state: "PARKED", epoch: 1, recoveries: 0 },
      ...{ deadlineAt: expect.any(String), createdAt: expect.any(String), updatedAt: expect.any(String) },
    });
    expect((await pages<SagaView>("/ops/sagas?type=cancel-order")).map(({ id }) => id)).toEqual(ids.toReversed());
    expect(await pages("/ops/sagas?type=place-order")).toEqual([]);
  });

  test("a cursor is good for its own list alone", async () => {
    await parkSagas(2);
    const { nextCursor } = (await admin.get<Page<SagaView>>("/ops/sagas?state=PARKED&limit=1")).body;
    const other = await admin.get(`/ops/sagas?state=RUNNING&cursor=${encodeURIComponent(nextCursor!)}`);
    expect(other).toMatchObject({ status: 422, body: { errors: [{ path: "cursor" }] } });
  });

  test("an instruction is carried out once for a key, by whoever is signed in", async () => {
    const [id] = await parkSagas(1);
    const path = `/ops/sagas/cancel-order/${id}`;
    const key = uuid();
    const skip = { why, step: "refund", result: { paymentId: "p-1", status: "REFUNDED" } };
    const first = await admin.post<SagaView>(`${path}/skip`, skip, key);
    expect(first).toMatchObject({ status: 200, body: { id, state: "RUNNING", epoch: 2 } });
    const again = await admin.post<SagaView>(`${path}/skip`, skip, key);
    expect([again.status, again.body, again.headers.get("Idempotent-Replayed")]).toEqual([200, first.body, "true"]);
    expect(await admin.post(`${path}/skip`, { ...skip, why: "another" }, key)).toMatchObject({
      status: 422,
      body: { code: "IDEMPOTENCY_KEY_REUSED" },
    });
    const { body } = await admin.get<SagaDetailsView>(path);
    const { id: who } = (await admin.get<{ id: string }>("/users/me")).body;
    expect(body.audit).toMatchObject([{ action: "skip", step: "refund", who, why, stateBefore: "PARKED", detail: skip.result }]);
    expect(body.trail).toContainEqual(expect.objectContaining({ phase: "operator", step: "refund" }));
  });

  test("so is a refusal repeated", async () => {
    const [id] = await parkSagas(1);
    const path = `/ops/sagas/cancel-order/${id}/skip`;
    const key = uuid();
    const refused = await admin.post(path, { why, step: "restock" }, key);
    expect(refused).toMatchObject({ status: 409, body: { code: "SAGA_STEP_NOT_SKIPPABLE", detail: "restock is not what it waits for" } });
    const again = await admin.post(path, { why, step: "restock" }, key);
    expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([409, "true"]);
  });

  test("what operators did is read page by page, the newest first", async () => {
    const row = (n: number) => ({
      ...{
        type: "cancel-order",
        business_key: `k${n}`,
        action: "retry",
        who: "kim",
        why: `${n}`,
        state_before: "PARKED",
        at: 1_000 + (n >> 1),
      },
    });
    await databaseOf(shop, "order").transaction((tx) => tx.insert("saga_audit", [1, 2, 3, 4, 5].map(row)));
    const listed = await pages<SagaAuditView>("/ops/audit?type=cancel-order");
    expect(listed.filter(({ at }) => Date.parse(at) < 2_000).map((entry) => entry.why)).toEqual(["5", "4", "3", "2", "1"]);
    expect((await pages<SagaAuditView>("/ops/audit?id=k2")).map((entry) => entry.why)).toEqual(["2"]);
  });

  test.each([
    ["retry", {}, "why"],
    ["retry", { why: "" }, "why"],
    ["retry", { why, who: "somebody else" }, "who"],
    ["retry", { why, userId: "somebody else" }, "userId"],
    ["skip", { why }, "step"],
    ["skip", { why, step: "refund", result: "done" }, "result"],
    ["compensate", { why, step: "refund" }, "step"],
  ])("%s with %j is refused for its %s", async (action, body, field) => {
    expect(await admin.post(`/ops/sagas/cancel-order/x/${action}`, body)).toMatchObject({
      status: 422,
      body: { errors: [{ path: field }] },
    });
  });
});

describe("outboxes", () => {
  type Outboxes = { services: { service: string; available: boolean; waiting?: number; parked?: number; parkedKeys?: number }[] };
  const read = async () => (await admin.get<Outboxes>("/ops/outbox")).body.services;

  test("every publisher tells what it has not sent", async () => {
    const row = (n: number) => ({
      ...{
        event_id: uuid(),
        bucket: 0,
        topic: "commerce.point.v1",
        msg_key: `k${n >> 1}`,
        headers: "{}",
        payload: "{}",
        attempts: 5,
        created_at: 1,
      },
      status: 1,
    });
    await databaseOf(shop, "point").transaction((tx) => tx.insert("point_outbox_event", [1, 2, 3].map(row)));
    const services = await read();
    expect(services.map(({ service }) => service)).toEqual(publishers.map(({ $name }) => $name));
    expect(services.find(({ service }) => service === "point")).toEqual({
      ...{
        service: "point",
        available: true,
        waiting: expect.any(Number),
        oldestMs: expect.any(Number),
        parked: 3,
        parkedKeys: 2,
        sentPerSecond: expect.any(Number),
      },
    });
  });

  test("one that is away is told of, and the others' figures come", async () => {
    await shop.broker.destroyService("coupon");
    const services = await read();
    expect(services.find(({ service }) => service === "coupon")).toEqual({ service: "coupon", available: false });
    expect(services.filter(({ available }) => available)).toHaveLength(publishers.length - 1);
  });
});

test("a list that would have a hole is refused, and says which service is away", async () => {
  await shop.broker.destroyService("order");
  for (const path of ["/ops/sagas", "/ops/audit"])
    expect(await admin.get(path)).toMatchObject({
      status: 503,
      body: { code: "UNAVAILABLE", detail: "The service order does not answer" },
    });
});
