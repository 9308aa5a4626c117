import type { IncomingMessage } from "node:http";

import { addressReader, networkOf } from "./addresses";

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: { ...(forwarded !== undefined && { "x-forwarded-for": forwarded }) },
  }) as unknown as IncomingMessage;

describe("the network of an address", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::5", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:1:2:3::", "2001:db8:1:2::/64"],
    ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["", ""],
  ])("%s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("where a request comes from", () => {
  test("is the socket's address: anybody can send X-Forwarded-For", () => {
    const read = addressReader([]);
    expect(read(from("192.0.2.1", "198.51.100.7"))).toBe("192.0.2.1");
    expect(read(from(undefined))).toBe("");
  });

  test.each([
    ["no header", "10.0.0.1", undefined, "10.0.0.1"],
    ["what the proxy wrote", "10.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["what the client wrote before", "10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"],
    ["a second proxy that is trusted", "10.0.0.1", "198.51.100.7, 10.9.9.9", "198.51.100.7"],
    ["a proxy of its own network", "::ffff:10.0.0.1", "2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["an untrusted socket", "192.0.2.1", "198.51.100.7", "192.0.2.1"],
    ["what isn't an address", "10.0.0.1", "unknown", "10.0.0.1"],
    ["nothing between commas", "10.0.0.1", " , ,", "10.0.0.1"],
    ["a text that is long", "10.0.0.1", "x".repeat(10_000), "10.0.0.1"],
  ])("with %s behind a trusted proxy", (_what, socket, header, address) => {
    expect(addressReader(["10.0.0.0/8", "2001:db8::/32"])(from(socket, header))).toBe(address);
  });
});
