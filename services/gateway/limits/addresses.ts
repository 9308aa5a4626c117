import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

import proxyAddr from "proxy-addr";

/** Tells where a request comes from, as the network that shares a limit. */
export type AddressReader = (req: IncomingMessage) => string;

/**
 * The address is the socket's. `X-Forwarded-For` is believed as far as the proxies that wrote it are among the trusted addresses and ranges:
 * anybody can send the header.
 */
export function addressReader(trusted: readonly string[]): AddressReader {
  if (trusted.length === 0) return (req) => networkOf(req.socket.remoteAddress ?? "");
  const trust = proxyAddr.compile([...trusted]);
  return (req) => {
    const address = proxyAddr(req, trust);
    return networkOf(isIP(address) ? address : (req.socket.remoteAddress ?? ""));
  };
}

/** An IPv4 address as it is; of an IPv6 address the /64, which is what one customer of a provider has at least. */
export function networkOf(address: string): string {
  const [plain = ""] = address.toLowerCase().split("%", 1);
  if (plain.startsWith("::ffff:") && plain.includes(".")) return plain.slice("::ffff:".length);
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const [left, right] = [head, tail].map((part) => (part === "" ? [] : part.split(":"))) as [string[], string[]];
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
