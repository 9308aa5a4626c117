/** Holds answers of the shop against its own document. */
import Ajv, { type ValidateFunction } from "ajv/dist/2020";

import type { OpenApiDocument } from "../../services/gateway/openapi/document";

export interface Operation {
  /** E.g. `GET /orders/{id}`. */
  name: string;
  method: string;
  /** As the document has it, e.g. `/orders/{id}`. */
  path: string;
  spec: any;
}

export interface Given {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON. */
  body?: unknown;
}

const formats = {
  "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
  date: /^\d{4}-\d\d-\d\d$/,
  email: /^[^@\s]+@[^@\s]+$/,
};

/** The operations of a document, and what is wrong with an answer to one of them. */
export class Documented {
  readonly operations: readonly Operation[];
  readonly #ajv = new Ajv({ strict: false, allErrors: true, formats });

  constructor(private readonly document: OpenApiDocument) {
    this.operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
      Object.entries(byMethod).map(([key, spec]) => ({ name: `${key.toUpperCase()} ${path}`, method: key.toUpperCase(), path, spec })),
    );
    this.#ajv.addSchema(document as unknown as object, "document");
  }

  /** Nothing when the answer is one that the document tells of. */
  wrong({ path, method }: Operation, { status, headers, body }: Given): string[] {
    const pointer = ["paths", path, method.toLowerCase(), "responses", String(status)];
    const { response, at } = this.#resolved(pointer);
    if (!response) return [`${status} isn't documented`];
    const type = headers.get("content-type")?.split(";", 1)[0];
    const types = Object.keys(response.content ?? {});
    if (types.length === 0) return type === undefined ? [] : [`has a body of ${type}, where none is documented`];
    if (!types.includes(type ?? "")) return [`is ${type}, documented is ${types.join(", ")}`];
    const isValid = type!.endsWith("json") && this.#validator([...at, "content", type!, "schema"]);
    const missing = Object.keys(response.headers).filter((name) => always.has(name) && !headers.has(name));
    return [
      ...missing.map((name) => `has no ${name}`),
      ...(!isValid || isValid(body)
        ? []
        : isValid.errors!.map((error) => `${error.instancePath} ${error.message}: ${JSON.stringify(body)}`)),
    ];
  }

  /** What stands there, behind a reference if it is one, and where that is. */
  #resolved(pointer: string[]): { response: any; at: string[] } {
    const found = pointer.reduce<any>((node, key) => node?.[key], this.document);
    if (!found?.$ref) return { response: found, at: pointer };
    return this.#resolved(found.$ref.slice(2).split("/"));
  }

  #validator(pointer: string[]): ValidateFunction {
    const text = pointer.map((key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    return this.#ajv.getSchema(`document#/${text}`)!;
  }
}

/** Headers that come whenever the document has them; others depend on the case. */
const always = new Set(["X-Request-Id", "ETag", "Location", "WWW-Authenticate"]);
