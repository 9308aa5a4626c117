/** How mail is handed over: what `SMTP_URL` and `SMTP_FROM` mean. */
import { isIPv4 } from "node:net";

export interface SmtpSettings {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`). Otherwise by STARTTLS, where the server offers it. */
  implicitTls: boolean;
  /** Nothing is sent, and no password, before the connection is encrypted. */
  requireTls: boolean;
  /** The server's certificate has to be good. */
  verifyCertificate: boolean;
  auth: { user: string; pass: string } | undefined;
  from: Mailbox;
}

export interface Mailbox {
  name: string;
  address: string;
}

/** One server, with user and password or without; nothing behind the port. */
export function isSmtpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || !/^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(url.hostname)) return false;
  if (!/^\/?$/.test(url.pathname + url.search + url.hash) || (url.username === "") !== (url.password === "")) return false;
  try {
    return Boolean(decodeURIComponent(url.username + url.password) || url.hostname);
  } catch {
    return false; // a % that begins nothing
  }
}

/** `shop@example.com` or `The shop <shop@example.com>`; undefined for anything else. */
export function mailboxOf(text: string): Mailbox | undefined {
  const [, name = "", bracketed, bare] = /^(?:([^<>"\p{Cc}]{0,100}?)\s*<([^<>\s]+)>|([^<>\s]+))$/u.exec(text.trim()) ?? [];
  const address = bracketed ?? bare ?? "";
  return /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/.test(address) ? { name, address } : undefined;
}

/**
 * On this machine nobody listens in, and certificates are made by whoever runs the server. To anywhere else a password goes encrypted only,
 * and in production everything does.
 */
export function smtpSettings(text: string, from: Mailbox, production: boolean): SmtpSettings {
  const url = new URL(text);
  const implicitTls = url.protocol === "smtps:";
  const loopback = isLoopback(url.hostname);
  const auth = url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : undefined;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port ? Number(url.port) : implicitTls ? 465 : 587,
    implicitTls,
    requireTls: !loopback && (production || auth !== undefined),
    verifyCertificate: !loopback,
    auth,
    from,
  };
}

const isLoopback = (host: string) => host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
