import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Errors } from "moleculer";

import { catalogue, errorOf, isErrorCode, refuse, ShopError } from ".";
import { problemOf } from "./problem";

const documented = [...readFileSync(join(__dirname, "../../docs/errors.md"), "utf8").matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm)];

describe("docs/errors.md", () => {
  test("documents every code of the catalogue with its status, and no other", () => {
    const listed = documented.map(([, code, status]) => [code, Number(status)]);
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(Object.entries(catalogue).map(([code, { status }]) => [code, status])));
    expect(listed).toHaveLength(Object.keys(catalogue).length);
  });
});

describe("errors of the catalogue", () => {
  test("have the code's status and title", () => {
    const error = new ShopError("POINT_INSUFFICIENT");
    expect(error).toMatchObject({ type: "POINT_INSUFFICIENT", code: 402, message: "Too few points", retryable: false });
  });

  test("are made of refusals", () => {
    expect(errorOf(refuse("COUPON_SOLD_OUT", "All 100 are gone", { couponId: "c1" }))).toMatchObject({
      type: "COUPON_SOLD_OUT",
      message: "All 100 are gone",
      data: { couponId: "c1" },
    });
  });

  test("a refusal that the catalogue doesn't know is a fault of ours", () => {
    expect(errorOf({ ok: false, type: "SAGA_STEP_SEALED" }).type).toBe("INTERNAL");
  });

  test("names that every object has are not codes", () => {
    for (const name of ["constructor", "__proto__", "toString", "", undefined, 404]) expect(isErrorCode(name)).toBe(false);
  });
});

describe("what the outside sees", () => {
  test.each(Object.entries(catalogue))("%s", (code, { status, title }) => {
    expect(problemOf(new ShopError(code as keyof typeof catalogue))).toEqual({ code, status, title });
  });

  test("detail, fields and order of an error; no other facts", () => {
    const error = new ShopError("VALIDATION_FAILED", "amount: too small", {
      errors: [{ path: "amount", message: "too small" }],
      orderId: "o1",
      balance: 7,
    });
    expect(problemOf(error)).toEqual({
      code: "VALIDATION_FAILED",
      status: 422,
      title: "The request is not valid",
      detail: "amount: too small",
      errors: [{ path: "amount", message: "too small" }],
      orderId: "o1",
    });
  });

  test("an error of another node, which arrives as a plain Error, is known by its type", () => {
    const error = Object.assign(new Error("Only 3 left"), {
      type: "PRODUCT_OUT_OF_STOCK",
      code: 409,
      data: { orderId: "o1" },
      nodeID: "node-7",
    });
    expect(problemOf(error)).toEqual({
      code: "PRODUCT_OUT_OF_STOCK",
      status: 409,
      title: "Too little stock",
      detail: "Only 3 left",
      orderId: "o1",
    });
  });

  const away = { action: "order.place", nodeID: "node-7" };
  test.each([
    ["UNAVAILABLE", new Errors.ServiceNotFoundError(away)],
    ["UNAVAILABLE", new Errors.ServiceNotAvailableError(away)],
    ["UNAVAILABLE", new Errors.RequestTimeoutError(away)],
    ["UNAVAILABLE", new Errors.RequestSkippedError(away)],
    ["UNAVAILABLE", new Errors.RequestRejectedError(away)],
    ["UNAVAILABLE", Object.assign(new Error("raw"), { name: "BrokerDisconnectedError", type: "BAD_GATEWAY", code: 502 })],
    ["UNAVAILABLE", Object.assign(new Error("raw"), { name: "RequestTimeoutError" })],
    ["UNAVAILABLE", Object.assign(new Error("raw"), { name: "ServiceUnavailableError", code: 503 })],
    ["UNAVAILABLE", Object.assign(new Error("raw"), { name: "CommitUnknown" })],
    ["UNAVAILABLE", Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:3306"), { code: "ECONNREFUSED" })],
    ["UNAVAILABLE", Object.assign(new Error("raw"), { name: "SequelizeConnectionError" })],
    ["OVERLOADED", new Errors.QueueIsFullError(away)],
    ["INTERNAL", new Errors.MaxCallLevelError(away)],
    ["INTERNAL", new Errors.MoleculerServerError("select * from secret", 503, "SOMETHING")],
    ["INTERNAL", new ShopError("INTERNAL", "select * from secret", { orderId: "o1" })],
    ["INTERNAL", Object.assign(new Error("Duplicate entry"), { code: 409, status: 409, sql: "insert into secret" })],
    ["INTERNAL", new TypeError("x is not a function")],
    ["INTERNAL", "a string"],
    ["INTERNAL", undefined],
    ["INTERNAL", null],
    ["INTERNAL", Object.assign(new Error("raw"), { type: "constructor", name: "__proto__" })],
  ] as const)("%s in case %#, without a word of the error", (code, error) => {
    const { status, title } = catalogue[code];
    expect(problemOf(error)).toEqual({ code, status, title });
  });
});
