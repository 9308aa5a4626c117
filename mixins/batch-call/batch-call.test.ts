import { createBatchCaller, type RemoteCall } from ".";

interface Sent {
  action: string;
  calls: unknown[];
  options: object;
}

function echo(): { call: RemoteCall; sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    call: async (action, params, options) => {
      const { calls } = params as { calls: number[] };
      sent.push({ action, calls, options });
      return { outcomes: calls.map((call) => call * 10) };
    },
  };
}

test("calls to one action in one turn travel as one message and get their own answers", async () => {
  const { call, sent } = echo();
  const caller = createBatchCaller(call);
  const later = Promise.resolve().then(() => caller("a.b", 3));
  expect(await Promise.all([caller("a.b", 1), caller("a.b", 2), later])).toEqual([10, 20, 30]);
  expect(sent).toMatchObject([{ action: "a.b", calls: [1, 2, 3] }]);
});

test("another action, another timeout or other meta is another message", async () => {
  const { call, sent } = echo();
  const caller = createBatchCaller(call);
  const meta = { requestId: "r" };
  await Promise.all([
    caller("a.b", 1, { timeoutMs: 5, meta }),
    caller("a.c", 2, { timeoutMs: 5, meta }),
    caller("a.b", 3, { timeoutMs: 6, meta }),
    caller("a.b", 4, { timeoutMs: 5, meta: { ...meta } }),
    caller("a.b", 5, { timeoutMs: 5, meta }),
  ]);
  expect(sent.map(({ calls }) => calls)).toEqual([[1, 5], [2], [3], [4]]);
  expect(sent[0]?.options).toEqual({ timeoutMs: 5, meta });
});

test("the next turn's calls don't wait for the answer of the last one's", async () => {
  const { call, sent } = echo();
  const caller = createBatchCaller((action, params, options) =>
    sent.length === 0 ? (void call(action, params, options), new Promise(() => undefined)) : call(action, params, options),
  );
  void caller("a.b", 1);
  await new Promise(setImmediate);
  expect(await caller("a.b", 2)).toBe(20);
});

test("no message is larger than `max`", async () => {
  const { call, sent } = echo();
  const caller = createBatchCaller(call, { max: 2 });
  expect(await Promise.all([1, 2, 3].map((one) => caller("a.b", one)))).toEqual([10, 20, 30]);
  expect(sent.map(({ calls }) => calls)).toEqual([[1, 2], [3]]);
});

test("`answers` are taken as well as `outcomes`", async () => {
  const caller = createBatchCaller(async () => ({ answers: ["yes"] }));
  expect(await caller("a.b", 1)).toBe("yes");
});

test.each([
  ["the message fails", () => Promise.reject(new Error("no reply")), "no reply"],
  ["an answer is missing", () => Promise.resolve({ outcomes: [1] }), "answered 1 of 2"],
  ["the answer is no list", () => Promise.resolve(undefined), "answered none of 2"],
])("every call rejects when %s", async (_, answer, message) => {
  const caller = createBatchCaller(answer);
  const both = await Promise.allSettled([caller("a.b", 1), caller("a.b", 2)]);
  for (const one of both)
    expect(one).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining(message) as string } });
});
