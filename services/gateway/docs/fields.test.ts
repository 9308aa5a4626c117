import { fieldsOf } from "./fields";

const named = {
  Status: { type: "string", enum: ["OPEN", "CLOSED"] },
  Line: { type: "object", properties: { pieces: { type: "integer", minimum: 1 } }, required: ["pieces"] },
};

test("fields stand one behind the other, those inside of others too, with what references lead to", () => {
  const schema = {
    type: "object",
    properties: {
      id: { type: "string", description: "Its name" },
      status: { $ref: "#/components/schemas/Status", description: "How it is" },
      lines: { type: "array", items: { $ref: "#/components/schemas/Line" } },
      at: { type: "string", format: "date-time" },
      box: { type: "object", properties: { size: { type: ["integer", "null"], minimum: 0, maximum: 9 } } },
      version: { const: "1.0" },
      tags: { type: "array", items: { type: "string" } },
      either: { anyOf: [{ type: "string" }, { type: "integer" }] },
      whatever: {},
    },
    required: ["id", "status"],
  };
  expect(fieldsOf(schema, named).map(({ path, type, optional, description }) => [path, type, optional, description])).toEqual([
    ["id", "string", false, "Its name"],
    ["status", "OPEN | CLOSED", false, "How it is"],
    ["lines", "list of objects", true, ""],
    ["lines[].pieces", "integer ≥ 1", false, ""],
    ["at", "date-time", true, ""],
    ["box", "object", true, ""],
    ["box.size", "integer or null ≥ 0, ≤ 9", true, ""],
    ["version", "1.0", true, ""],
    ["tags", "list of string", true, ""],
    ["either", "string or integer", true, ""],
    ["whatever", "anything", true, ""],
  ]);
});
