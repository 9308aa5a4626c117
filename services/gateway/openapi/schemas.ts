import { z } from "zod";

/** A JSON Schema (2020-12), which is what OpenAPI 3.1 has. */
export type Schema = { [keyword: string]: unknown };

/** The JSON Schema of an object, as far as it is looked into here. */
export interface ObjectSchema extends Schema {
  properties: Record<string, Schema>;
  required?: string[];
}

/** Makes JSON Schemas of the contracts'. One with an id (`.meta({ id })`) is told once, in `named`, and referred to elsewhere. */
export class Schemas {
  /** `components.schemas` of the document. */
  readonly named: Record<string, Schema> = {};

  /** `input` is what a client sends, `output` what it gets. */
  of(schema: z.ZodType, io: "input" | "output"): Schema {
    const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => shorten(jsonSchema) });
    for (const [id, one] of Object.entries($defs)) this.#add(id, pointedHere(one as Schema));
    return pointedHere(own);
  }

  #add(id: string, schema: Schema): void {
    const known = this.named[id];
    if (known && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`${id} is the id of two schemas, or means another thing in a request than in an answer`);
    this.named[id] = schema;
  }
}

/** The patterns of dates are long, and say little that the format doesn't: only that a time has to be in UTC. */
function shorten(schema: Schema): void {
  if (schema.format === "date") delete schema.pattern;
  if (schema.format === "date-time") schema.pattern = "Z$";
}

const pointedHere = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/')) as Schema;
