import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import { ServiceBroker } from "moleculer";

import { answersNats, NatsAway, reachNats } from ".";
import { atEnd } from "../../test/support/cleanup";

test("a server that refuses is away, and nobody is told the password", async () => {
  const error: unknown = await reachNats("nats://kim:secret@127.0.0.1:1").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NatsAway);
  expect((error as Error).message).toBe("the NATS server at 127.0.0.1:1 can't be reached: CONNECTION_REFUSED");
});

test("a server that accepts and says nothing is away after the time that it is given", async () => {
  const server = createServer((socket) => atEnd(() => socket.destroy())).listen(0, "127.0.0.1");
  atEnd(() => server.close());
  await once(server, "listening");
  await expect(reachNats(`nats://127.0.0.1:${(server.address() as AddressInfo).port}`, 50)).rejects.toThrow("TIMEOUT");
});

test("a broker without a transporter needs no server", async () => {
  const broker = new ServiceBroker({ logger: false });
  expect(await answersNats(broker, 10)).toBe(true);
  await broker.stop();
});
