import { connect } from "node:net";
import { text } from "node:stream/consumers";

/** Sends bytes as they are and gives back all that comes until the server closes the connection. For what a real client would refuse to send. */
export async function rawHttp(port: number, bytes: string): Promise<{ status: number; text: string }> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // the server may close while we still write
  socket.write(bytes);
  const answer = await text(socket).catch(() => "");
  return { status: Number(/^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)*HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0), text: answer };
}
