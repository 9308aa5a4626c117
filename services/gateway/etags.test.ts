import { entityTagOf, isKnown, takeVersion } from "./etags";
import { testEdge } from "./shop.fixture";

const at = testEdge();
const thing = (version: number) => ({ id: "t1", name: "Mug", version });
const tag = (version: number) => entityTagOf(JSON.stringify(thing(version)), thing(version));

describe("a tag", () => {
  test("is that of the JSON, and has the version of what has one", () => {
    expect(entityTagOf('{"a":1}', { a: 1 })).toMatch(/^"[\w-]{16}"$/);
    expect(tag(7)).toMatch(/^"7\.[\w-]{16}"$/);
    expect(entityTagOf("{}", { version: "7" })).toMatch(/^"[\w-]{16}"$/);
    expect(entityTagOf('{"a":1}', {})).not.toBe(entityTagOf('{"a":2}', {}));
    expect(entityTagOf("null", null)).toMatch(/^"[\w-]{16}"$/);
  });

  test.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"x", "a"', true],
    ['"x",W/"a" ,"y"', true],
    ["*", true],
    [" * ", true],
    ['"b"', false],
    ['"A"', false],
    ["a", false],
    ['"a', false],
    ['"x" "a"', false],
    ['w/"a"', false],
    ["", false],
    [undefined, false],
  ])("If-None-Match: %s knows it: %s", (header, known) => {
    expect(isKnown(header, '"a"')).toBe(known);
  });

  test("a long list that isn't one is read in no time", () => {
    const start = performance.now();
    for (const header of [" ,".repeat(8_000), '"a" '.repeat(4_000), `"${"a".repeat(16_000)}`]) expect(isKnown(header, '"b"')).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("If-Match", () => {
  const versionFrom = (header: string | undefined, params: Record<string, unknown> = {}) => {
    takeVersion(params, header);
    return params.version;
  };

  test.each<[string | undefined, number | undefined, unknown]>([
    [tag(7), undefined, 7],
    [tag(7), 7, 7],
    [`${tag(5)}, ${tag(7)}, ${tag(6)}`, undefined, 7],
    [`"theirs", W/${tag(9)}, ${tag(7)}`, undefined, 7],
    [undefined, undefined, undefined],
    [undefined, 7, 7],
    ["*", 7, 7],
  ])("%s beside version %s is version %s", (header, version, taken) => {
    expect(versionFrom(header, version === undefined ? {} : { version })).toBe(taken);
  });

  test.each([`W/${tag(7)}`, '"theirs"', '"7"', '"7.x"', "7", "", entityTagOf("{}", {}), '"99999999999999999999.aaaaaaaaaaaaaaaa"'])(
    "%s can't be the present one",
    (header) => {
      expect(() => versionFrom(header)).toThrow(expect.objectContaining({ type: "VERSION_STALE" }));
    },
  );

  test("another version in the body is stale, one that isn't a version is left to the schema", () => {
    expect(() => versionFrom(tag(7), { version: 6 })).toThrow(expect.objectContaining({ type: "VERSION_STALE" }));
    expect(versionFrom(tag(7), { version: "6" })).toBe("6");
    expect(versionFrom(tag(7), { version: null })).toBeNull();
  });

  test("* says nothing of a version", () => {
    expect(versionFrom("*")).toBeUndefined();
  });
});

describe("over HTTP", () => {
  beforeEach(() => {
    at.answer = () => thing(7);
  });

  test("a read has its tag, and whoever knows it gets 304 without a body", async () => {
    const first = await at.edge.send("GET /things/t1");
    expect(first.headers.get("etag")).toBe(tag(7));
    const again = await at.edge.send("GET /things/t1", { headers: { "if-none-match": `"x", ${tag(7)}` } });
    expect([again.status, again.text, again.headers.get("content-type")]).toEqual([304, "", null]);
    expect(again.headers.get("etag")).toBe(tag(7));
    expect(again.headers.get("cache-control")).toBe("no-cache");
    at.answer = () => thing(8);
    const changed = await at.edge.send("GET /things/t1", { headers: { "if-none-match": tag(7) } });
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, tag(8)]);
  });

  test("lists have one too, and what belongs to one caller", async () => {
    for (const route of ["GET /things", "GET /things/mine"]) {
      const { headers } = await at.edge.send(route);
      expect((await at.edge.send(route, { headers: { "if-none-match": headers.get("etag")! } })).status).toBe(304);
    }
  });

  test("a change takes the version from If-Match and answers with the new tag", async () => {
    at.answer = () => thing(8);
    const token = await at.edge.token({ id: "boss", role: "admin" });
    const changed = await at.edge.send("PATCH /things/t1", { token, body: { name: "Cup" }, headers: { "if-match": tag(7) } });
    expect(at.edge.calls.at(-1)?.params).toEqual({ id: "t1", name: "Cup", version: 7 });
    expect([changed.status, changed.headers.get("etag"), changed.headers.get("cache-control")]).toEqual([200, tag(8), "no-store"]);
    expect((await at.edge.send("GET /things/t1")).headers.get("etag")).toBe(changed.headers.get("etag"));
  });

  test("a change with a stale tag, or with none of ours, reaches nothing", async () => {
    const token = await at.edge.token({ id: "boss", role: "admin" });
    const change = async (ifMatch: string, body = {}) => {
      const answer = await at.edge.send("PATCH /things/t1", { token, body, headers: { "if-match": ifMatch } });
      return [answer.status, answer.body.code];
    };
    expect(await change(tag(7), { version: 6 })).toEqual([412, "VERSION_STALE"]);
    expect(await change('"elsewhere"')).toEqual([412, "VERSION_STALE"]);
    expect(at.edge.calls).toEqual([]);
  });

  test("neither a POST nor an error has one", async () => {
    expect((await at.edge.send("POST /things/t1/take")).headers.get("etag")).toBeNull();
    const missing = await at.edge.send("GET /nowhere", { headers: { "if-none-match": "*" } });
    expect([missing.status, missing.headers.get("etag")]).toEqual([404, null]);
  });
});
