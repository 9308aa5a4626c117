/** A customer of the shop, over HTTP. */
import { randomUUID } from "node:crypto";

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

export class Client {
  constructor(
    /** Where the shop is, e.g. `http://127.0.0.1:3000`. */
    private readonly url: string,
    readonly token?: string,
  ) {}

  as(token: string): Client {
    return new Client(this.url, token);
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.send("GET", path);
  }

  /** With a new Idempotency-Key when none is given. */
  post<T>(path: string, body: object = {}, key: string = randomUUID()): Promise<Answer<T>> {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    return this.send("POST", path, { body: JSON.stringify(body), headers });
  }

  /** `path` below `/api/v1`. */
  async send<T>(
    method: string,
    path: string,
    { body, headers }: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const authorization = this.token && { Authorization: `Bearer ${this.token}` };
    const response = await fetch(`${this.url}/api/v1${path}`, { method, body, headers: { ...headers, ...authorization } });
    const text = await response.text();
    const isJson = response.headers.get("Content-Type")?.includes("json");
    return { status: response.status, headers: response.headers, body: (isJson && text ? JSON.parse(text) : text) as T };
  }
}
