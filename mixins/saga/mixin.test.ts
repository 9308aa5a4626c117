import { ServiceBroker, type Service } from "moleculer";

import { atEnd } from "../../test/support/cleanup";
import { testDatabaseUrl } from "../../test/support/database";
import type { StepRef, UndoRef, VerifyRef } from "../action-ref";
import { databaseMixin, type Tx } from "../database";
import { done, refused } from "../outcome";
import { createBarrierTable, participantMixin, type StepCall, type StepHandler } from "../participant";
import { createSagaTables, defineSaga, saga, sagaMixin, type SagaEndNotice, type Sagas, type SagaStepNotice } from ".";

type Params = { ok: boolean };
const ref = (name: string): StepRef<Params, { from: string }> => ({ name, kind: "step" });
const hello = defineSaga<Params & { trip: string }>("hello", { version: 1 })
  .step("greet", { call: ref("guest.greet"), with: () => ({ ok: true }), undo: { name: "guest.leave", kind: "undo" } satisfies UndoRef })
  .pivot("decide", {
    call: ref("guest.decide"),
    with: ({ input }) => ({ ok: input.ok }),
    verify: { name: "guest.decided", kind: "verify" } satisfies VerifyRef,
  });

const traces: unknown[] = [];
const handler: StepHandler<unknown, unknown> = {
  async forward(calls) {
    traces.push(...calls.map(({ trace }) => trace));
    return (calls as readonly StepCall<Params>[]).map(({ step, params }) => (params.ok ? done({ from: step }) : refused("NO")));
  },
  undo: async () => undefined,
};

const parse = (params: unknown) => params;
const endings: string[] = [];
let broker: ServiceBroker;
let host: Service & { sagas: Sagas };

beforeAll(async () => {
  const urls = { guest: await testDatabaseUrl("guest"), host: await testDatabaseUrl("host") };
  broker = new ServiceBroker({ logger: false });
  const database = (name: "guest" | "host", up: (tx: Tx) => Promise<void>) =>
    databaseMixin({ name, url: () => urls[name], migrations: [{ name: "0001", up }], migrateAtStart: () => true });
  host = broker.createService({
    name: "host",
    mixins: [
      database("host", createSagaTables),
      sagaMixin({
        sagas: [
          saga(hello, {
            completed: async (ended) => void endings.push(...ended.map(({ id }) => `${id} completed`)),
            compensated: async (ended) => void endings.push(...ended.map(({ id, cause }) => `${id} ${cause.type}`)),
          }),
        ],
        claimAtOnce: () => false,
      }),
    ],
  }) as Service & { sagas: Sagas };
  broker.createService({
    name: "guest",
    mixins: [
      database("guest", createBarrierTable),
      participantMixin([
        { name: "greet", undo: "leave", parse, handler },
        { name: "decide", verify: "decided", parse, handler },
      ]),
    ],
  });
  await broker.start();
  atEnd(() => broker.stop());
});

test("a service hosts sagas: they run, and are told of step by step in this process", async () => {
  const told: (SagaStepNotice | SagaEndNotice)[] = [];
  broker.localBus.on("$saga.step", (notice: SagaStepNotice) => told.push(notice));
  broker.localBus.on("$saga.end", (notice: SagaEndNotice) => told.push(notice));
  const trace = { requestId: "r-1" };
  expect(await host.sagas.run(hello, { id: "a", input: { ok: true, trip: "t" }, trace }, 5000)).toEqual({
    status: "COMPLETED",
    results: { greet: { from: "greet" }, decide: { from: "decide" } },
  });
  expect(await host.sagas.run(hello, { id: "b", input: { ok: false, trip: "t" } }, 5000)).toEqual({
    status: "COMPENSATED",
    cause: refused("NO"),
  });
  expect(told).toMatchObject([
    { type: "hello", id: "a", step: "greet", phase: "forward", outcome: "done", attempt: 1 },
    { id: "a", step: "decide", phase: "forward", outcome: "done" },
    { type: "hello", id: "a", state: "COMPLETED" },
    { id: "b", step: "greet", phase: "forward", outcome: "done" },
    { id: "b", step: "decide", phase: "forward", outcome: "refused" },
    { id: "b", step: "greet", phase: "undo", outcome: "done" },
    { id: "b", state: "COMPENSATED", cause: "NO" },
  ]);
  expect(endings).toEqual(["a completed", "b NO"]);
  expect(traces.slice(0, 2)).toEqual([trace, trace]);
});

test("status and list tell how sagas stand", async () => {
  expect(await host.sagas.status("hello", "a")).toMatchObject({
    type: "hello",
    id: "a",
    version: 1,
    state: "COMPLETED",
    owner: null,
    epoch: 1,
    recoveries: 0,
  });
  expect(await host.sagas.status("hello", "nobody")).toBeUndefined();
  expect(await host.sagas.list({ state: "COMPENSATED" })).toMatchObject([{ id: "b", cause: { type: "NO" } }]);
  expect((await host.sagas.list({ type: "hello", limit: 1 })).length).toBe(1);
  expect(await host.sagas.list({ type: "other" })).toEqual([]);
});

test("the result of a saga that has ended is read from the log", async () => {
  expect(await host.sagas.result(hello, "a", 0)).toMatchObject({ status: "COMPLETED", results: { greet: { from: "greet" } } });
  await expect(host.sagas.result(hello, "nobody", 0)).rejects.toThrow("there is no saga hello nobody");
});
