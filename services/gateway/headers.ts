/** Headers that every answer has, whatever it is an answer to. */
import type { IncomingMessage, ServerResponse } from "node:http";

import helmet from "helmet";

/** Nothing of the API is a page: whoever opens an answer in a browser can't load, frame or send anything from it. */
const policy = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
};

/** Helmet's, asked for once: they are the same for every request. */
export const securityHeaders: readonly (readonly [name: string, value: string])[] = headersOf((res) =>
  helmet({ contentSecurityPolicy: policy, xFrameOptions: { action: "deny" } })({} as IncomingMessage, res, (error) => {
    if (error) throw error as Error;
  }),
);

function headersOf(write: (res: ServerResponse) => void): [string, string][] {
  const headers: [string, string][] = [];
  const recorder = { setHeader: (name: string, value: string) => headers.push([name, value]), removeHeader: () => undefined };
  write(recorder as unknown as ServerResponse);
  return headers;
}
