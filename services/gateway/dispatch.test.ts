import { Dispatch } from "./dispatch";

const dispatch = new Dispatch<string>();
dispatch.add("GET", "/coupons", "list");
dispatch.add("POST", "/coupons", "create");
dispatch.add("GET", "/coupons/:id", "read");
dispatch.add("GET", "/coupons/mine", "mine");
dispatch.add("POST", "/coupons/:id/issue", "issue");
dispatch.add("GET", "/coupons/:id/uses/:useId", "use");

test.each([
  ["GET", "/coupons", "list", []],
  ["POST", "/coupons", "create", []],
  ["GET", "/coupons/mine", "mine", []],
  ["GET", "/coupons/c1", "read", ["c1"]],
  ["POST", "/coupons/c1/issue", "issue", ["c1"]],
  ["POST", "/coupons/mine/issue", "issue", ["mine"]],
  ["GET", "/coupons/a%2Fb/uses/%00", "use", ["a%2Fb", "%00"]],
])("%s %s is found", (method, path, value, params) => {
  expect(dispatch.find(method, path)).toEqual({ value, params });
});

test.each([
  ["DELETE", "/coupons"],
  ["POST", "/coupons/c1"],
  ["GET", "/coupons/"],
  ["GET", "/coupons//uses/u1"],
  ["GET", "/coupons/c1/issue/more"],
  ["GET", "coupons"],
  ["GET", "*"],
  ["GET", ""],
  ["GET", "/constructor"],
  ["toString", "/coupons"],
])("%s %s is not", (method, path) => {
  expect(dispatch.find(method, path)).toBeUndefined();
});

test("what answers GET answers HEAD", () => {
  expect(dispatch.find("HEAD", "/coupons")).toEqual({ value: "list", params: [] });
  expect(dispatch.find("HEAD", "/coupons/c1")).toEqual({ value: "read", params: ["c1"] });
  expect(dispatch.find("HEAD", "/coupons/c1/issue")).toBeUndefined();
});

test.each([
  ["/coupons", ["GET", "HEAD", "POST"]],
  ["/coupons/c1", ["GET", "HEAD"]],
  ["/coupons/c1/issue", ["POST"]],
  ["/coupons/mine/issue", ["POST"]],
  ["/coupons/", []],
  ["/coupons//issue", []],
  ["/nowhere", []],
  ["/".repeat(8_000), []],
  ["", []],
])("%.20s has the methods %j", (path, methods) => {
  expect(dispatch.methodsOf(path)).toEqual(methods);
});

test("a path that is fixed and one with a parameter have the methods of both", () => {
  const both = new Dispatch<number>();
  both.add("GET", "/things/mine", 1);
  both.add("DELETE", "/things/:id", 2);
  expect(both.methodsOf("/things/mine")).toEqual(["DELETE", "GET", "HEAD"]);
});

test("two answers to one path are a mistake", () => {
  const twice = new Dispatch<number>();
  twice.add("GET", "/things/:id", 1);
  expect(() => twice.add("GET", "/things/:name", 2)).toThrow("two routes answer GET /things/:name");
});
