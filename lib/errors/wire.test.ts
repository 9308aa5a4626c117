import { Errors } from "moleculer";

import { ShopError } from ".";
import { problemOf } from "./problem";
import { WireErrors } from "./wire";

const wire = new WireErrors();
wire.init({ nodeID: "far" } as never);

/** The error as another node gets it. */
const arrived = (error: object): Error => {
  const plain = wire.extractPlainError(error as Record<string, unknown>);
  return wire.restore(JSON.parse(JSON.stringify(plain)) as typeof plain, {});
};

const place = { action: "a.b", nodeID: "far" };

test.each([
  [
    "a refusal",
    new ShopError("VALIDATION_FAILED", "amount: too small", { errors: [{ path: "amount", message: "too small" }], orderId: "o" }),
  ],
  ["a timeout", new Errors.RequestTimeoutError(place)],
  ["a full queue", new Errors.QueueIsFullError({ ...place, size: 1, limit: 1 } as never)],
  ["a commit of unknown outcome", Object.assign(new Error("raw"), { name: "CommitUnknown" })],
  ["a lock that was not to be had", Object.assign(new Error("raw"), { parent: { errno: 1205 } })],
  ["a deadlock", Object.assign(new Error("raw"), { errno: 1213 })],
  ["a full disk", Object.assign(new Error("raw"), { errcode: 13 })],
  ["a lost connection", Object.assign(new Error("raw"), { fatal: true })],
  ["a fault of ours", new TypeError("x is not a function")],
])("%s is on another node the problem that it is here", (_what, error) => {
  expect(problemOf(arrived(error))).toEqual(problemOf(error));
});

test("what it says to engineers stays with it", () => {
  const error = new TypeError("x is not a function");
  expect(arrived(error)).toMatchObject({ message: "x is not a function", stack: error.stack, nodeID: "far" });
  const away = Object.assign(new Error("select * from secret"), { fatal: true });
  expect(arrived(away)).toMatchObject({ type: "UNAVAILABLE", stack: away.stack });
});
