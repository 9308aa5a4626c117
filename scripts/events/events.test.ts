/** The events as they are today, held against what was released, and their document against AsyncAPI's own schema. */
import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

import asyncApiSpecs from "@asyncapi/specs";
import Ajv from "ajv";
import { parse } from "yaml";

import type { ContractBase } from "../../lib/contract";
import { contracts } from "../../services/gateway/contracts";
import { asyncApiDocument, documentFile } from "./document";
import { publishedEvents } from "./published";
import { complaints, presentEvents, readReleased, type Released } from "./released";

const formats = { "date-time": true, "uri-reference": true, uri: true, email: true, regex: true } as const;
const document = asyncApiDocument();

test("no change of an event breaks its consumers: else it needs a new version", () => {
  const released = readReleased();
  expect(released.length).toBeGreaterThan(20);
  expect(complaints(released, presentEvents()).join("\n")).toBe("");
});

test("docs/asyncapi.yaml is what the contracts say: else `npm run events`", () => {
  expect(parse(readFileSync(documentFile, "utf8"))).toEqual(document);
});

test("the document is AsyncAPI 3.0", () => {
  const schema = (asyncApiSpecs as unknown as { schemas: Record<string, object> }).schemas["3.0.0"]!;
  const validate = new Ajv({ strict: false, allErrors: true, meta: false, validateFormats: false, validateSchema: false }).compile(schema);
  expect([validate(document), validate.errors ?? []]).toEqual([true, []]);
  expect(validate({ ...document, channels: { c: { address: 7 } } })).toBe(false);
});

test("every reference within the document leads somewhere", () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!.split("/"));
  expect(refs.length).toBeGreaterThan(50);
  for (const path of refs)
    expect([path, path.reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document)]).toEqual([path, expect.anything()]);
});

describe.each(publishedEvents().events)("$event.name", ({ event, payload, owner }) => {
  test("its example is one, for its own schema and for readers", () => {
    expect(event.data.parse(event.example)).toEqual(event.example);
    const ajv = new Ajv({ strict: false, allErrors: true, formats });
    ajv.addSchema(document as object, "document");
    const validate = ajv.compile(JSON.parse(JSON.stringify(payload).replaceAll('"#/', '"document#/')) as object);
    expect([validate({ ...event.example, aFieldOfTomorrow: 1 }), validate.errors ?? []]).toEqual([true, []]);
    expect(validate({})).toBe(false);
  });

  test("is in the document with its owner and its key", () => {
    expect(document.components.messages[event.name]).toMatchObject({ "x-owner": owner, "x-key": event.key });
    expect(Object.keys(payload.properties as object)).toContain(event.key);
  });
});

test("every contract that has events is in the document", () => {
  const files = globSync("services/*/*.contract.ts");
  const all = files.flatMap((file) => Object.values(require(resolve(file)) as Record<string, ContractBase>));
  const withEvents = new Set(all.filter((one) => Object.keys(one?.events ?? {}).length > 0 && one.$name).map(({ $name }) => $name));
  expect([...withEvents].toSorted()).toEqual(
    contracts
      .filter(({ events }) => Object.keys(events).length > 0)
      .map(({ $name }) => $name)
      .toSorted(),
  );
});

test("who receives what is read off the services", () => {
  const { operations } = document;
  expect(operations["commerce.order.v1.receive.bestseller"]).toMatchObject({
    action: "receive",
    messages: ["order.completed", "order.canceled"].map((name) => ({ $ref: `#/channels/commerce.order.v1/messages/${name}` })),
  });
  expect(operations["commerce.order.v1.send"]).toMatchObject({ action: "send", title: "order" });
  expect(operations["commerce.point.v1.receive.bestseller"]).toBeUndefined();
});

describe("complaints", () => {
  const schema = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
  const released: Released = { event: "box.filled", version: 1, topic: "test.box.v1", key: "id", schema };
  const of = (...present: Released[]) => complaints([released], present);

  test("name event, field, who can't read what, and what to do", () => {
    expect(of({ ...released, schema: { ...schema, required: [] } })).toEqual([
      "box.filled v1, field id, may be left out now: consumers that haven't changed yet can't read the new events. Leave it as it was released, or " +
        'publish what is new on test.box.v2 (CONTRIBUTING.md, "To change an event").',
    ]);
  });

  test("are about topic and key too", () => {
    expect(of({ ...released, topic: "other.box.v1" })).toEqual([expect.stringContaining("had the topic test.box.v1 and has other.box.v1")]);
    expect(of({ ...released, key: "name" })).toEqual([expect.stringContaining("had the key id and has name")]);
  });

  test("are about an event that is gone, or whose version goes back", () => {
    expect(of()).toEqual([expect.stringContaining("isn't published any more")]);
    expect(complaints([{ ...released, version: 2 }], [released])).toEqual([expect.stringContaining("is version 1 again")]);
  });

  test("aren't about a new version, nor about an event that nobody has seen yet", () => {
    expect(of({ ...released, version: 2, topic: "test.box.v2", key: "name", schema: { type: "string" } })).toEqual([]);
    expect(complaints([], [released])).toEqual([]);
    expect(of(released, { ...released, event: "box.emptied" })).toEqual([]);
  });
});
