import { randomBytes } from "node:crypto";

let prefix = "";
let number = 0;

/** Unique, and cheap: random once for each process, then counted. */
function nextKey(): string {
  prefix ||= randomBytes(9).toString("hex");
  return `${prefix}${(number++).toString(36)}`;
}

/** Makes the text of a whole POST request, with an Idempotency-Key of its own each time. */
export type Posts = (body: Body) => string;

/** A JSON body, ready to be sent. */
export interface Body {
  readonly text: string;
}

export function bodyOf(value: object): Body {
  return { text: JSON.stringify(value) };
}

/** @param url of the server */
export function posts(url: string, path: string, token?: string): Posts {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...(token ? [`Authorization: Bearer ${token}`] : []),
    "Content-Type: application/json",
    "Idempotency-Key: ",
  ].join("\r\n");
  return ({ text }) => `${head}${nextKey()}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}
