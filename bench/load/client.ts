import { connect, type Socket } from "node:net";

import { Answers } from "./answers";

const bufferBytes = 16_384;

/** What a client asks next, as text of a whole HTTP request; undefined when it has nothing to ask any more. */
export type NextRequest = () => string | undefined;

/** A client that asks again as soon as it is answered, on one connection. There is no promise and no object for each request. */
export class Client {
  #asked = 0;
  #next: NextRequest = () => undefined;
  #done: () => void = () => undefined;
  #failed: (error: Error) => void = () => undefined;
  readonly #answers: Answers;

  private constructor(
    private readonly socket: Socket,
    /** `false` ends the loop. */
    private readonly onAnswer: (status: number, ms: number, body: () => string) => boolean,
  ) {
    this.#answers = new Answers((status, body) => this.#answered(status, body));
  }

  static connect(url: string, onAnswer: (status: number, ms: number, body: () => string) => boolean): Promise<Client> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const buffer = Buffer.allocUnsafe(bufferBytes);
      const read = (length: number) => {
        client.#read(buffer.subarray(0, length));
        return true;
      };
      const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread: { buffer, callback: read } });
      const client = new Client(socket, onAnswer);
      socket.once("error", reject).once("connect", () => {
        socket.off("error", reject);
        socket.on("error", (error) => client.#failed(error));
        socket.on("close", () => client.#failed(new Error("the server closed a connection in the middle of the run")));
        resolve(client);
      });
    });
  }

  /** Resolves when there is nothing to ask any more, or `onAnswer` has had enough. */
  run(next: NextRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#next = next;
      this.#done = resolve;
      this.#failed = reject;
      this.#ask();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #ask(): void {
    const request = this.#next();
    if (request === undefined) return this.#done();
    this.#asked = performance.now();
    this.socket.write(request, "latin1");
  }

  #read(chunk: Buffer): void {
    try {
      this.#answers.push(chunk);
    } catch (error) {
      this.#failed(error as Error);
      this.socket.destroy();
    }
  }

  #answered(status: number, body: () => string): void {
    if (this.onAnswer(status, performance.now() - this.#asked, body)) this.#ask();
    else this.#done();
  }
}
