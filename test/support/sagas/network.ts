import type { RemoteCall } from "../../../mixins/batch-call";
import type { Dice } from "../random";
import { errorAt } from "./faults";
import type { VirtualTime } from "./virtual-time";
import type { Weather } from "./weather";

interface Letter {
  action: string;
  params: object;
}

interface NetworkOptions {
  time: VirtualTime;
  dice: Dice;
  weather: Weather;
  /** Hands a message to its participant. */
  deliver(action: string, params: object): Promise<unknown>;
  note(what: string): void;
}

/** Carries messages to participants and their answers back, each copy at its own pace, so that they overtake each other; or not at all. */
export class Network {
  #onTheirWay = 0;

  constructor(private readonly options: NetworkOptions) {}

  /** Nothing arrives any more. */
  get empty(): boolean {
    return this.#onTheirWay === 0;
  }

  readonly send: RemoteCall = (action, params, { timeoutMs = 3000 }) => {
    const { time, weather } = this.options;
    return new Promise((resolve, reject) => {
      const answered = new AbortController();
      const tell = {
        answer: (answer: unknown) => (resolve(answer), answered.abort()),
        failure: (error: unknown) => (reject(error as Error), answered.abort()),
      };
      void time.pause(timeoutMs, answered.signal).then(() => reject(errorAt({ kind: "message", what: action, side: "after" })));
      for (let copies = weather.has("repeated") ? 2 : 1; copies > 0; copies--) void this.#carry({ action, params }, tell);
    });
  };

  async #carry({ action, params }: Letter, tell: { answer(answer: unknown): void; failure(error: unknown): void }): Promise<void> {
    const { weather, deliver, note } = this.options;
    if (weather.has("lost")) return note(`${action} is lost`);
    await this.#travel();
    const ids = (params as { calls: readonly { id: string }[] }).calls.map(({ id }) => id).join();
    note(`${action} ${ids} arrives`);
    try {
      const answer = await deliver(action, params);
      if (weather.has("lost")) return note(`the answer of ${action} ${ids} is lost`);
      await this.#travel();
      note(`${action} ${ids} is answered ${JSON.stringify(answer)}`);
      tell.answer(answer);
    } catch (error) {
      tell.failure(error);
    }
  }

  async #travel(): Promise<void> {
    this.#onTheirWay++;
    await this.options.time.pause(this.#delay());
    this.#onTheirWay--;
  }

  /** In steps, so that some arrive at the same time. */
  #delay(): number {
    const { dice, weather } = this.options;
    if (weather.has("slow")) return dice.int(1, 60) * 100;
    return weather.has("veryLate") ? dice.int(20, 120) * 1000 : dice.int(1, 4) * 5;
  }
}
