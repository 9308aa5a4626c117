import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { atEnd } from "./cleanup";

/** A span as Zipkin gets it. */
export interface ZipkinSpan {
  traceId: string;
  id: string;
  parentId: string | null;
  name: string;
  kind?: string;
  localEndpoint: { serviceName: string };
  tags: Record<string, string>;
}

/** Takes spans as Zipkin does, at `url`, until the test file ends. */
export async function fakeZipkin(): Promise<{ url: string; spans: ZipkinSpan[] }> {
  const spans: ZipkinSpan[] = [];
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on("data", (part: Buffer) => parts.push(part));
    req.on("end", () => {
      if (req.url === "/api/v2/spans") spans.push(...(JSON.parse(Buffer.concat(parts).toString()) as ZipkinSpan[]));
      res.writeHead(req.url === "/api/v2/spans" ? 202 : 404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(async () => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}
