/** A JSON Schema as a flat list of fields, for people. */
export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  $ref?: string;
}

export interface Field {
  /** Where it is, e.g. `items[].quantity`. */
  path: string;
  type: string;
  optional: boolean;
  description: string;
}

/** The fields of an object and of what is inside of it, each behind what holds it. `named` is what references lead to, by their last word. */
export function fieldsOf(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>, parent = ""): Field[] {
  const { properties = {}, required = [] } = resolved(schema, named);
  return Object.entries(properties).flatMap(([name, given]) => {
    const own = resolved(given, named);
    const path = parent ? `${parent}.${name}` : name;
    const items = own.items && resolved(own.items, named);
    const field = { path, type: typeOf(own, items), optional: !required.includes(name), description: own.description ?? "" };
    return [field, ...(items ? fieldsOf(items, named, `${path}[]`) : fieldsOf(own, named, path))];
  });
}

/** What stands beside a reference goes before what it leads to. */
function resolved(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const { $ref, ...beside } = schema;
  return $ref === undefined ? schema : { ...named[$ref.split("/").at(-1)!], ...beside };
}

function typeOf({ type, const: only, enum: values, format, minimum, maximum, anyOf }: JsonSchema, items?: JsonSchema): string {
  if (only !== undefined) return texts([only]);
  if (values) return texts(values);
  if (items) return `list of ${items.type === "object" ? "objects" : typeOf(items)}`;
  if (anyOf) return anyOf.map((one) => typeOf(one)).join(" or ");
  const bounds = [minimum !== undefined && `≥ ${minimum}`, maximum !== undefined && `≤ ${maximum}`].filter(Boolean).join(", ");
  return [format ?? [type ?? "anything"].flat().join(" or "), bounds].filter(Boolean).join(" ");
}

const texts = (values: readonly unknown[]) =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" | ");
