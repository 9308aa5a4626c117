import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";

/** A customer who orders one thing again and again, on a connection of his own. */
export class Buyer {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #body: string;

  constructor(
    private readonly url: string,
    private readonly token: string,
    productId: string,
  ) {
    this.#body = JSON.stringify({ items: [{ productId, quantity: 1 }], payment: { method: "CASH" } });
  }

  /** Resolves when the order is COMPLETED; any other answer is an error. */
  buy(): Promise<void> {
    const headers = {
      Authorization: `Bearer ${this.token}`,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(this.#body),
      "Idempotency-Key": randomUUID(),
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}/api/v1/orders`, { method: "POST", agent: this.#agent, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        answer.on("error", reject).on("end", () => {
          if (answer.statusCode === 201) resolve();
          else reject(new Error(`an order was answered ${answer.statusCode}: ${text}`));
        });
      });
      sent.on("error", reject).end(this.#body);
    });
  }
}

export interface Figures {
  /** Orders that customers were told are COMPLETED. */
  told: number;
  seconds: number;
  /** Of each order, in ms. */
  latencies: number[];
  /** CPU time of the server process, in ms. */
  cpuMs: number;
}

/** Every buyer orders, one after the other, until time is up. */
export async function load(buyers: readonly Buyer[], seconds: number, cpuMs = () => Promise.resolve(0)): Promise<Figures> {
  const latencies: number[] = [];
  const cpuBefore = await cpuMs();
  const start = performance.now();
  const end = start + seconds * 1_000;
  const work = async (buyer: Buyer) => {
    for (let now = performance.now(); now < end;) {
      await buyer.buy();
      const then = now;
      now = performance.now();
      latencies.push(now - then);
    }
  };
  await Promise.all(buyers.map(work));
  const elapsed = (performance.now() - start) / 1_000;
  return { told: latencies.length, seconds: elapsed, latencies, cpuMs: (await cpuMs()) - cpuBefore };
}
