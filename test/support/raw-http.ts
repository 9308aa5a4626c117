import { connect } from "node:net";

/** Sends bytes as they are and gives back all that comes until the server closes the connection. For what a real client would refuse to send. */
export async function rawHttp(port: number, bytes: string): Promise<{ status: number; text: string }> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  await new Promise<void>((resolve) => {
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    // The server may close while we still write: what it said before counts.
    socket.on("error", () => undefined).on("close", () => resolve());
    socket.write(bytes);
  });
  return { status: Number(/^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)*HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text };
}
