/** Which texts name a place: a server, an origin, a range of addresses. */
import { isIP } from "node:net";

/** One that holds every address there is would make anybody a proxy. */
export function isAddressRange(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  return (
    version > 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (version === 4 ? 32 : 128)))
  );
}

/** As browsers send it: a scheme, a host and perhaps a port, nothing behind. */
export function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return (url?.protocol === "https:" || url?.protocol === "http:") && url.origin === text;
}

/** Where something is that speaks HTTP, perhaps below a path; without user and password, which `fetch` refuses in a URL. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return (url?.protocol === "https:" || url?.protocol === "http:") && url.username === "" && !/[?#]/.test(text);
}

/** The schema's name goes into SQL, and MySQL's names end at 64 characters. */
export function isServerUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "mysql:" && url.hostname !== "" && /^\/\w{1,40}$/.test(url.pathname);
}

/** One server, perhaps with user and password; nothing behind the port. */
export function isNatsUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url?.protocol === "nats:" && /^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(url.hostname) && /^\/?$/.test(url.pathname + url.search + url.hash)
  );
}

/** A name or an IPv4 address, and a port. */
export function isHostAndPort(text: string): boolean {
  const [, port] = /^[\w.-]{1,253}:(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

/** One server; the number behind the slash is the database. */
export function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "redis:" && url.hostname !== "" && /^(\/\d{0,4})?$/.test(url.pathname + url.search + url.hash);
}
