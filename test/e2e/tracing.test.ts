/** One trace goes through all that an order is: the request, the saga's steps, the events, and what their consumers do. */
import { randomUUID } from "node:crypto";

import type { Span } from "moleculer";

import { newTraceparent } from "../../mixins/tracing";
import { recordEvents, type Told } from "../support/events";
import { fakeZipkin } from "../support/fake-zipkin";
import { startShop, type TestShop } from "../support/shop";
import { pathOf, recordSpans } from "../support/spans";
import { waitFor } from "../support/wait";
import { newAdmin, newCustomer } from "./people";

const incoming = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", parent: "00f067aa0ba902b7" };
const traceparent = `00-${incoming.traceId}-${incoming.parent}-01`;

async function buyer(shop: TestShop) {
  const admin = await newAdmin(shop);
  const kim = await newCustomer(shop);
  const { body } = await admin.post<{ id: string }>("/products", { name: "Mug", price: 1000, stock: 50 });
  await kim.post("/points/me/charge", { amount: 5000 });
  const order = { items: [{ productId: body.id, quantity: 1 }], points: 100, payment: { method: "CARD", token: "tok_ok" } };
  const buy = (headers: Record<string, string> = {}) => {
    const given = { "Content-Type": "application/json", "Idempotency-Key": randomUUID(), ...headers };
    return kim.send<{ id: string }>("POST", "/orders", { body: JSON.stringify(order), headers: given });
  };
  return { buy };
}

const traceOf = ({ headers }: Told) => headers.traceparent?.split("-")[1];

describe("with tracing", () => {
  let shop: TestShop;
  let spans: readonly Span[];
  let zipkin: Awaited<ReturnType<typeof fakeZipkin>>;

  beforeAll(async () => {
    zipkin = await fakeZipkin();
    shop = await startShop({ env: { TRACING: "zipkin", ZIPKIN_URL: `${zipkin.url}/` } });
    spans = recordSpans(shop.broker);
  });

  const ofTrace = (traceId: string) => spans.filter(({ traceID }) => traceID === traceId);
  const consumers = ["product", "bestseller", "order-history", "notification"].map((name) => `${name} applies order.completed`);

  test("the order's trace holds the request, the saga's steps and every consumer, each below what caused it", async () => {
    const { buy } = await buyer(shop);
    const { status } = await buy({ traceparent });
    expect(status).toBe(201);
    const mine = () => ofTrace(incoming.traceId);
    await waitFor(() => consumers.every((name) => mine().some((span) => span.name === name)), { what: "the spans of all consumers" });

    const path = (name: string) =>
      pathOf(
        mine(),
        mine().find((span) => span.name === name)!,
      );
    const placing = ["POST /api/v1/orders", "order.place"];
    expect(path("order.place")).toEqual(placing);
    expect(path("product.reserve")).toEqual([...placing, "place-order reserveStock: product.reserve", "product.reserve"]);
    expect(path("point.use")).toEqual([...placing, "place-order usePoints: point.use", "point.use"]);
    expect(path("payment.process")).toEqual([...placing, "place-order pay: payment.process", "payment.process"]);
    expect(path("order-history applies payment.approved")).toEqual([...path("payment.process"), "order-history applies payment.approved"]);
    for (const name of consumers) expect(path(name)).toEqual([...placing, name]);
    expect(mine().find(({ name }) => name === "POST /api/v1/orders")?.parentID).toBe(incoming.parent);
  });

  test("orders that are placed at one moment, whose calls share messages and transactions, keep their traces apart", async () => {
    const { buy } = await buyer(shop);
    const told = await Promise.all(["order", "point", "payment"].map((name) => recordEvents(shop, `commerce.${name}.v1`)));
    const requests = Array.from({ length: 8 }, (_, at) => {
      const traceId = `${at + 1}`.padStart(32, "a");
      return { traceId, answer: buy({ traceparent: `00-${traceId}-${incoming.parent}-01` }) };
    });
    for (const { traceId, answer } of requests) {
      const { body } = await answer;
      const ofOrder = () => told.flat().filter(({ data }) => (data as { orderId?: string }).orderId === body.id);
      await waitFor(() => ofOrder().some(({ type }) => type === "order.completed"), { what: "the order's end" });
      await waitFor(() => ofOrder().length >= 4, { what: "all events of the order" });
      expect(ofOrder().map((event) => [event.type, traceOf(event)])).toEqual(ofOrder().map(({ type }) => [type, traceId]));
      expect(ofTrace(traceId).filter(({ name }) => name === "product.reserve")).toHaveLength(1);
    }
  });

  test("a request without a trace begins one, and one that isn't to be kept isn't", async () => {
    const { buy } = await buyer(shop);
    const before = spans.length;
    await buy({ traceparent: "00-bad-bad-01" });
    const begun = spans.slice(before).find(({ name }) => name === "POST /api/v1/orders")!;
    expect(begun).toMatchObject({ traceID: expect.stringMatching(/^[0-9a-f]{32}$/), id: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(begun.parentID).toBeUndefined();
    const unkept = newTraceparent();
    expect((await buy({ traceparent: unkept })).status).toBe(201);
    expect(ofTrace(unkept.split("-")[1]!)).toEqual([]);
  });

  test("what the exporter sends is what Zipkin knows, without parameters of calls", async () => {
    await shop.stop();
    const sent = zipkin.spans.filter(({ traceId }) => traceId === incoming.traceId);
    const applied = sent.find(({ name }) => name === consumers[0])!;
    expect(applied).toMatchObject({ kind: "CONSUMER", localEndpoint: { serviceName: "product" }, tags: { topic: "commerce.order.v1" } });
    expect(sent.find(({ id }) => id === applied.parentId)).toMatchObject({ name: "order.place", kind: "SERVER" });
    for (const { id, traceId } of zipkin.spans)
      expect([id, traceId]).toEqual([expect.stringMatching(/^\w{16}$/), expect.stringMatching(/^\w{32}$/)]);
    expect(JSON.stringify(zipkin.spans)).not.toMatch(/tok_ok|password|params/);
  });
});

describe("without tracing", () => {
  test("there are no spans, and what a request causes carries its trace all the same", async () => {
    const shop = await startShop();
    expect(shop.broker.isTracingEnabled()).toBe(false);
    const { buy } = await buyer(shop);
    const told = await Promise.all(["order", "point", "payment"].map((name) => recordEvents(shop, `commerce.${name}.v1`)));
    const { body, headers } = await buy({ traceparent });
    const of = (id: string) => told.flat().filter(({ data }) => (data as { orderId?: string }).orderId === id);
    await waitFor(() => of(body.id).length >= 4, { what: "the order's events" });
    for (const event of of(body.id)) {
      expect(event.headers).toMatchObject({
        traceparent,
        ce_correlationid: headers.get("x-request-id"),
        ce_causationid: headers.get("x-request-id"),
      });
    }
    const other = await buy();
    await waitFor(() => of(other.body.id).length >= 4, { what: "the other order's events" });
    const traces = new Set(of(other.body.id).map((event) => event.headers.traceparent));
    expect([...traces]).toEqual([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)]);
  });
});
