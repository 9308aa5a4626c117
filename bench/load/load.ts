import { Client, type NextRequest } from "./client";

/** What clients ask for in one slice of a run. */
export interface Work {
  /** One for each client. */
  clients: readonly NextRequest[];
  /** The answers that a request may get; any other ends the run. */
  expects: readonly number[];
  /** Whether another request is to follow. Without it clients go on until they have nothing to ask any more. */
  goesOn?(answers: number, seconds: number): boolean;
}

export interface Load {
  answers: number;
  /** How often each status came. */
  statuses: Readonly<Record<number, number>>;
  /** Until the last answer. */
  seconds: number;
  /** Of each answer, in ms. */
  latencies: Float64Array;
  /** CPU time that the clients used, in ms. */
  clientCpuMs: number;
}

/** An answer that a workload doesn't know: what is measured is not what it says. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
}

/** A closed loop: each client asks, waits for the answer, and asks again. Connections are made before the clock starts. */
export async function load(url: string, { clients, expects, goesOn }: Work, signal: AbortSignal): Promise<Load> {
  const tally = new Tally(expects, goesOn);
  const connected: Client[] = [];
  const close = () => connected.forEach((client) => client.close());
  signal.addEventListener("abort", close);
  try {
    for (let n = 0; n < clients.length; n++) connected.push(await Client.connect(url, tally.count));
    signal.throwIfAborted();
    tally.begin();
    await Promise.all(connected.map((client, n) => client.run(clients[n]!)));
    return tally.end();
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

class Tally {
  #statuses: Record<number, number> = {};
  #latencies = new Float64Array(65_536);
  #answers = 0;
  #start = 0;
  #cpu = process.cpuUsage();

  constructor(
    private readonly expects: readonly number[],
    private readonly goesOn: Work["goesOn"],
  ) {}

  begin(): void {
    this.#cpu = process.cpuUsage();
    this.#start = performance.now();
  }

  /** Throws for an answer that isn't expected: the client's connection is torn down with it. */
  count = (status: number, ms: number, body: () => string): boolean => {
    if (!this.expects.includes(status)) throw new UnexpectedAnswer(`a request was answered ${status}: ${body()}`);
    if (this.#answers === this.#latencies.length) this.#grow();
    this.#latencies[this.#answers++] = ms;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    return this.goesOn?.(this.#answers, this.#seconds()) ?? true;
  };

  end(): Load {
    const seconds = this.#seconds();
    const { user, system } = process.cpuUsage(this.#cpu);
    const latencies = this.#latencies.subarray(0, this.#answers);
    return { answers: this.#answers, statuses: this.#statuses, seconds, latencies, clientCpuMs: (user + system) / 1_000 };
  }

  #seconds(): number {
    return (performance.now() - this.#start) / 1_000;
  }

  #grow(): void {
    const larger = new Float64Array(this.#latencies.length * 2);
    larger.set(this.#latencies);
    this.#latencies = larger;
  }
}
