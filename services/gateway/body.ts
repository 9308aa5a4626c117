import type { IncomingMessage, ServerResponse } from "node:http";

import ApiGateway from "moleculer-web";

import { ShopError } from "../../lib/errors";

type Parser = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Any JSON value, so that what isn't an object is 422 and only broken text 400. Compressed bodies are refused: the limit is one of
 * memory, and no client needs them for 100 kB. It reads a body that is too large to its end, so that the client hears the answer.
 */
const parseJson = (ApiGateway.bodyParser as unknown as { json(options: object): Parser }).json({
  limit: "100kb",
  strict: false,
  inflate: false,
  type: () => true,
});

/** The JSON of a request; `{}` when it has no body. Throws BAD_REQUEST, BODY_TOO_LARGE or UNSUPPORTED_MEDIA_TYPE. */
export async function readBody(req: IncomingMessage, res: ServerResponse): Promise<unknown> {
  if (req.headers["transfer-encoding"] === undefined && !Number(req.headers["content-length"])) return {};
  if (!isJson(req.headers["content-type"])) throw new ShopError("UNSUPPORTED_MEDIA_TYPE");
  await new Promise<void>((resolve, reject) => {
    parseJson(req, res, (error) => (error === undefined ? resolve() : reject(refusalOf(error))));
  });
  return (req as IncomingMessage & { body?: unknown }).body;
}

const isJson = (type = "") => type === "application/json" || /^application\/json\s*(;|$)/i.test(type);

/** What the parser says of the body holds parts of it, so none of it is handed on. */
function refusalOf(error: unknown): ShopError {
  const { status } = error as { status?: number };
  if (status === 413) return new ShopError("BODY_TOO_LARGE");
  if (status === 415) return new ShopError("UNSUPPORTED_MEDIA_TYPE");
  return new ShopError("BAD_REQUEST", "The body is not JSON");
}
