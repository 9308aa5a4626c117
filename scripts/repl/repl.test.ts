/** The commands of the REPL, on a shop that it is a node of. */
import { stateCode } from "../../mixins/saga/tables";
import { Buyer, stock } from "../../test/support/buyer";
import { BrokenNotification } from "../../test/support/dead-letters";
import { databaseOf } from "../../test/support/database-of";
import { Faults, neverArrives } from "../../test/support/faults";
import { park } from "../../test/support/park";
import { waitFor } from "../../test/support/wait";
import { startShop, type TestShop } from "../../test/support/shop";
import { quiet } from "../../test/support/quiet";
import { domainServices } from "../../services";
import { operatorCommands } from ".";

const faults = new Faults();
let shop: TestShop;
let buyer: Buyer;
let completed: string;

beforeAll(async () => {
  shop = await startShop({ only: Object.keys(domainServices), middlewares: [faults.middleware] });
  buyer = new Buyer(shop);
  completed = await placed("tok_ok");
});

/** An order that is paid for with this card; its id. */
async function placed(token: string): Promise<string> {
  const { order, error } = await buyer.place({
    items: [{ productId: await stock(shop), quantity: 1 }],
    payment: { method: "CARD", token },
  });
  return order?.id ?? error!.data!.orderId!;
}

/** The saga of an order that has ended, made one that is parked until the end of the test. */
async function parked(token: string): Promise<string> {
  const id = await placed(token);
  const [{ state }] = (await row(id)) as [{ state: number }];
  ended.push({ id, state });
  await databaseOf(shop, "order").transaction((tx) =>
    tx.execute("update saga_instance set state = ?, owner = '' where business_key = ?", [stateCode.PARKED, id]),
  );
  return id;
}

const ended: { id: string; state: number }[] = [];
const row = (id: string) =>
  databaseOf(shop, "order").select<{ state: number }>("select state from saga_instance where business_key = ?", [id]);

afterEach(async () => {
  const end = "update saga_instance set state = ?, owner = null where business_key = ?";
  for (const { id, state } of ended.splice(0)) await databaseOf(shop, "order").transaction((tx) => tx.execute(end, [state, id]));
});

/** What is printed for a command with these words and options. */
async function printed(name: string, words: Record<string, string> = {}, options: Record<string, string> = {}): Promise<string> {
  const command = operatorCommands.find((one) => one.command.split(" ")[0] === name)!;
  const log = jest.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    await command.action(shop.broker, { ...words, options } as never, {});
    return String(log.mock.calls[0]?.[0]);
  } finally {
    log.mockRestore();
  }
}

const saga = (what: string, id?: string, options: Record<string, string> = {}) =>
  printed("saga", { what, ...(id && { type: "place-order", id }) }, options);
const signed = { who: "kim", why: "to see what becomes of it" };

describe("saga list", () => {
  test("has a line for each, of the state and the type that are asked for", async () => {
    const id = await parked("tok_ok");
    const [heading, ...lines] = (await saga("list", undefined, { state: "parked" })).split("\n");
    expect(heading).toMatch(/^type +id +state +age +changed +recoveries +next +cause$/);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^place-order +${id} +PARKED +\\d+ (ms|s) +\\d+ (ms|s) +0$`))]);
    expect(await saga("list", undefined, { state: "COMPLETED", type: "place-order", limit: "1" })).toContain(completed);
  });

  test("is one list, whichever services host them", async () => {
    const id = await parked("tok_ok");
    const other = (year: number) => {
      const at = `${year}-01-01T00:00:00.000Z`;
      const [type, state] = ["another", "PARKED"];
      return {
        ...{ type, id: `of-${year}`, version: 1, state, epoch: 1, recoveries: 0 },
        ...{ deadlineAt: at, createdAt: at, updatedAt: at },
      };
    };
    const host = shop.broker.createService({ name: "another", actions: { sagaList: () => [other(2020), other(2100)] } });
    await shop.broker.waitForServices("another");
    try {
      const idsOf = (text: string) =>
        text
          .split("\n")
          .slice(1)
          .map((line) => line.split(/ +/)[1]);
      expect(idsOf(await saga("list", undefined, { state: "parked" }))).toEqual(["of-2020", id, "of-2100"]);
      expect(idsOf(await saga("list", undefined, { state: "parked", limit: "2" }))).toEqual(["of-2020", id]);
    } finally {
      await shop.broker.destroyService(host);
    }
  });

  test("says when there is none, and which states there are", async () => {
    expect(await saga("list", undefined, { type: "nothing" })).toBe("No sagas.");
    expect(await saga("list", undefined, { state: "WAITING" })).toBe("No sagas that are WAITING.");
    expect(await saga("list", undefined, { state: "ready" })).toMatch(/^--state is one of RUNNING, /);
  });
});

describe("saga", () => {
  test("alone tells what each command takes", async () => {
    expect(await printed("saga")).toMatch(/^saga list \[--state PARKED\].*\nsaga show <type> <id>\n/);
  });

  test("list refuses what it does not understand", async () => {
    expect(await printed("saga", { what: "list", type: "parked" })).toMatch(/^parked is not understood: .* --state/);
    for (const limit of ["x", "0", "1.5", "101"])
      expect(await saga("list", undefined, { limit })).toBe("--limit is a number from 1 to 100");
  });
});

describe("saga show", () => {
  test("tells all of it, but no secret", async () => {
    const text = await saga("show", completed);
    expect(text).toMatch(new RegExp(`^place-order ${completed} is COMPLETED\n`));
    expect(text).toMatch(/^ {4}1 +pay +forward +done +1 +\d+ +\d{4}-\S+Z +\{"paymentId":.*\}$/m);
    expect(text).not.toContain("tok_");
  });

  test("one line for what was tried again and again", async () => {
    const entry = (seq: number, outcome: number, step = "pay") => ({
      ...{
        type: "place-order",
        business_key: completed,
        epoch: 9,
        seq,
        step,
        phase: 4,
        outcome,
        attempt: seq,
        ms: 1,
        detail: null,
        at: seq,
      },
    });
    const db = databaseOf(shop, "order");
    await db.transaction((tx) => tx.insert("saga_step", [entry(1, 3), entry(2, 3), entry(3, 3), entry(4, 4), entry(5, 3)]));
    const seals = (await saga("show", completed)).split("\n").filter((line) => line.includes(" seal "));
    expect(seals.map((line) => line.split(/ +/).slice(3, 6))).toEqual([
      ["seal", "failed", "3"],
      ["seal", "unknown", "1"],
      ["seal", "failed", "1"],
    ]);
    await db.transaction((tx) => tx.execute("delete from saga_step where epoch = 9"));
  });

  test("says that there is none", async () => {
    expect(await saga("show", "nobody")).toBe("SAGA_NOT_FOUND: No such saga");
  });
});

describe("what operators do", () => {
  test("retry goes on, and is told of", async () => {
    for (const action of ["payment.process", "payment.outcome"]) faults.every(action, neverArrives);
    const placing = placed("tok_ok");
    const running = () => shop.broker.call<{ id: string }[], object>("order.sagaList", { state: "RUNNING" });
    const underWay = await waitFor(async () => (await running())[0], { what: "the saga of the order" });
    const id = await park(shop, "place-order", underWay.id);
    faults.mend();
    expect(await saga("retry", id, signed)).toMatch(new RegExp(`^place-order ${id} is RUNNING now;`));
    await buyer.reaches(await placing, "COMPLETED");
    expect(await saga("show", id)).toMatch(/^kim +retry +\S+Z +to see what becomes of it$/m);
  });

  test("what is refused is said with its reason", async () => {
    const id = await parked("tok_ok");
    expect(await saga("compensate", id, signed)).toBe("SAGA_PIVOT_DONE: Its pivot is done: it can only go forward");
    expect(await saga("skip", id, { ...signed, step: "pay", result: '{"paymentId":"p"}' })).toBe(
      "SAGA_STEP_NOT_SKIPPABLE: pay is done already",
    );
    const undone = await parked("tok_declined");
    expect(await saga("compensate", undone, signed)).toBe("SAGA_COMPENSATING: It is being compensated already: retry it");
  });

  test("who, why and the rest have to be said", async () => {
    expect(await saga("retry", "x", { who: "kim" })).toMatch(/--who <name> --why <reason>$/);
    expect(await saga("skip", "x", signed)).toMatch(/--step <step>$/);
    expect(await saga("skip", "x", { ...signed, step: "pay", result: "{" })).toBe("--result is not JSON: {");
    expect(await saga("retry")).toMatch(/^saga list /);
    expect(await saga("sing")).toMatch(/^saga list /);
  });
});

describe("dead-letters", () => {
  const by = { who: "kim", why: "the table is back" };
  const letters = (what: string, id?: string, options: Record<string, string | true> = {}) =>
    printed("dead-letters", { what, ...(id && { service: "notification", id }) }, options as Record<string, string>);

  test("lists, shows, replays dry and for good, and discards", async () => {
    const notification = new BrokenNotification(shop);
    await notification.breakIt();
    const [first, second, third] = await notification.giveUpOn("u-1", "u-2", "u-2");
    const [heading, ...lines] = (await letters("list")).split("\n");
    expect(heading).toMatch(/^service +id +type +key +died +tries +error$/);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(new RegExp(`^notification +${first} +user\\.registered +u-1 +\\d+ (ms|s) +0 +\\S`));
    expect(await letters("show", first)).toMatch(new RegExp(`^${first} of notification is OPEN\n  event +user\\.registered, `));
    expect(await letters("replay", first, { ...by, dry: true })).toMatch(/^A dry run, nothing was changed: 1 FAILED\n/);
    await notification.mend();
    expect(await letters("replay", "all", { ...by, dry: true })).toMatch(/^A dry run, nothing was changed: 3 APPLIED\n/);
    expect(await letters("replay", third, by)).toMatch(/^DEAD_LETTER_BEHIND: dl_\w+ of the same key comes before it$/);
    expect(await letters("discard", second, by)).toBe(`${second} of notification is DISCARDED now.`);
    expect(await letters("replay", "all", by)).toMatch(/^2 APPLIED\n/);
    expect(await letters("show", first)).toMatch(/^kim +replay +APPLIED +\S+Z +the table is back$/m);
    expect(await letters("replay", "all", by)).toBe("No dead letters to replay.");
    expect(await letters("list")).toBe("No dead letters that are OPEN.");
    expect((await letters("list", undefined, { state: "replayed", service: "notification" })).split("\n")).toHaveLength(3);
  });

  test("what is mistyped is told", async () => {
    expect(await letters("sing")).toMatch(/^dead-letters list /);
    expect(await letters("show")).toMatch(/^dead-letters list /);
    expect(await letters("list", undefined, { state: "ready" })).toBe("--state is one of OPEN, REPLAYED, DISCARDED");
    expect(await letters("list", undefined, { service: "point" })).toMatch(
      /^No service point that consumes events is there; there are bestseller, /,
    );
    expect(await letters("replay", "dl_x", { who: "kim" })).toMatch(/--who <name> --why <reason>$/);
    expect(await letters("replay", "dl_x", by)).toBe("DEAD_LETTER_NOT_FOUND: No such dead letter");
  });
});

test("outbox and inbox have a line for each service", async () => {
  await quiet(shop);
  expect(await printed("outbox")).toMatch(/^service +waiting +oldest +sent\/s +parked +parked keys\ncoupon +0 +[\d.]+ +0 +0\norder +0 /);
  expect(await printed("inbox")).toMatch(/^order-history +commerce\.payment\.v1 +0 +0$/m);
});

describe("outbox", () => {
  const outbox = (what: string, id?: string, options: Record<string, string> = {}) =>
    printed("outbox", { what, service: "point", ...(id && { id }) }, options);

  test("lists parked keys, sends them again, does without an event, and tells who did", async () => {
    const row = (id: string) => ({
      ...{ event_id: id, bucket: 0, topic: "commerce.point.v1", msg_key: `key of ${id}`, headers: "{}", payload: "{}" },
      ...{ status: 1, attempts: 5, created_at: Date.now(), parked_at: Date.now(), error: "too large" },
    });
    await databaseOf(shop, "point").transaction((tx) => tx.insert("point_outbox_event", ["e1", "e2", "e3"].map(row)));
    const [heading, first] = (await outbox("parked", undefined, { limit: "2" })).split("\n");
    expect(heading).toMatch(/^event id +type +topic +key +events +parked +error$/);
    expect(first).toMatch(/^e1 +commerce\.point\.v1 +key of e1 +1 +\d+ (ms|s) +too large$/);
    expect(await outbox("retry", "e1")).toMatch(/--who <name> --why <reason>$/);
    expect(await outbox("retry", "e1", signed)).toMatch(/^1 events of 1 keys of point are sent again;/);
    expect(await outbox("discard", "e2", signed)).toMatch(/^0 events of 0 keys /);
    expect(await outbox("discard", "e2", signed)).toMatch(/^PARKED_EVENT_NOT_FOUND: /);
    expect(await outbox("retry", "all", signed)).toMatch(/^1 events of 1 keys /);
    expect((await outbox("audit")).split("\n").slice(1)).toEqual([
      expect.stringMatching(/^kim +retry +all +1 /),
      expect.stringMatching(/^kim +discard +e2 +key of e2 +0 /),
      expect.stringMatching(/^kim +retry +e1 +key of e1 +1 /),
    ]);
  });

  test("says what can be asked for, and of whom", async () => {
    expect(await outbox("sing")).toMatch(/^outbox\noutbox parked <service>/);
    expect(await printed("outbox", { what: "parked" })).toMatch(/^outbox\n/);
    expect(await printed("outbox", { what: "parked", service: "gateway" })).toMatch(
      /^No service gateway that publishes events is there; there are coupon, /,
    );
  });
});

test("what is wrong with the shop is the REPL's to tell", async () => {
  await shop.broker.destroyService("order");
  expect(await saga("list")).toBe("No service that hosts sagas is there.");
});
