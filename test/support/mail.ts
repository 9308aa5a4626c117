/** Reads a mail as its reader's program would: RFC 5322 headers, RFC 2047 words, RFC 2045 parts. */

export interface Mail {
  /** Of the envelope. */
  to: string[];
  /** Whether it came encrypted. */
  secure: boolean;
  /** Decoded, by names in lower case. */
  headers: Readonly<Record<string, string>>;
  text: string;
  html: string;
  /** As it came. */
  raw: string;
}

export function readMail(bytes: Buffer, envelope: Pick<Mail, "to" | "secure">): Mail {
  const raw = bytes.toString("latin1");
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers["content-type"] ?? "")?.[1];
  const parts = boundary === undefined ? [raw] : body.split(`--${boundary}`).slice(1, -1);
  const ofType = (type: string) => {
    const part = parts.map((text) => split(text.trimStart())).find((one) => one.headers["content-type"]?.startsWith(type));
    return part ? decode(part).replaceAll("\r\n", "\n").trim() : "";
  };
  return { ...envelope, headers, text: ofType("text/plain"), html: ofType("text/html"), raw };
}

function split(text: string): { headers: Record<string, string>; body: string } {
  const end = text.indexOf("\r\n\r\n");
  const lines = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), words(line.slice(colon + 1).trim())];
  });
  return { headers: Object.fromEntries(headers), body: text.slice(end + 4) };
}

const quotedPrintable = (text: string) =>
  text.replace(/=\r\n/g, "").replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
const utf8 = (latin1: string) => Buffer.from(latin1, "latin1").toString("utf8");

function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      how.toUpperCase() === "B" ? Buffer.from(word, "base64").toString("utf8") : utf8(quotedPrintable(word.replaceAll("_", " "))),
    );
}

function decode({ headers, body }: ReturnType<typeof split>): string {
  const how = headers["content-transfer-encoding"];
  if (how === "base64") return Buffer.from(body, "base64").toString("utf8");
  return utf8(how === "quoted-printable" ? quotedPrintable(body) : body);
}
