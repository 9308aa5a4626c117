/** Moleculer's NATS transporter for nodes that stay: it reconnects for ever, and notices and tells when the server is away. */
import { type ServiceBroker, Transporters } from "moleculer";
import type { ConnectionOptions, NatsConnection } from "nats";

/** The server could not be reached. The message is one line and holds no password. */
export class NatsAway extends Error {
  override readonly name = "NatsAway";
}

const holdingOn: ConnectionOptions = {
  maxReconnectAttempts: -1, // with the ten of the package a node is alone for good after 20 s
  reconnectTimeWait: 500,
  pingInterval: 5_000, // a server that hangs is known after two of them; the package's own two minutes would outlast every lease
  maxPingOut: 2,
};

/** @param url `nats://user:password@host:port`, of one server */
export function natsTransporter(url: string): Transporters.NATS {
  return new Nats({ url, ...holdingOn });
}

class Nats extends Transporters.NATS {
  override async connect(): Promise<void> {
    await super.connect();
    void this.#watch(this.client as NatsConnection);
  }

  /** One line for each outage and one for its end; Moleculer says both only to who debugs. */
  async #watch(client: NatsConnection): Promise<void> {
    let away = false;
    for await (const status of client.status()) {
      const type: string = status.type;
      if (type === "disconnect" && !away) this.logger.warn("The NATS server is away: other nodes can't be reached until it is back");
      if (type === "reconnect" && away) this.logger.warn("The NATS server is back");
      away = type === "disconnect" || (away && type !== "reconnect");
    }
  }
}

/** Whether the broker's NATS server answers within `ms`; true for a broker without a transporter. */
export async function answersNats(broker: ServiceBroker, ms: number): Promise<boolean> {
  const transporter = broker.transit?.tx;
  if (!(transporter instanceof Transporters.NATS)) return true;
  const client = transporter.client as NatsConnection | null;
  if (!client) return false;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  const answered = client.rtt().then(
    () => true,
    () => false, // it says at once that there is no connection
  );
  return Promise.race([answered, tooLate]).finally(() => clearTimeout(timer));
}

/**
 * Connects once and lets go again. Moleculer's broker tries for ever to connect and says nothing to who waits for its start.
 * @throws NatsAway
 */
export async function reachNats(url: string, timeoutMs = 5_000): Promise<void> {
  const { host, username, password } = new URL(url);
  const as = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {};
  const { connect } = await import("nats"); // which takes a while to load, and most nodes don't need it
  let client: NatsConnection;
  try {
    client = await connect({ servers: host, ...as, timeout: timeoutMs, reconnect: false });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new NatsAway(`the NATS server at ${host} can't be reached: ${code ?? message}`, { cause: error });
  }
  await client.close();
}
