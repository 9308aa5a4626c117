/** A mail server in the test's own process, that speaks SMTP over a socket and keeps what it takes. */
import type { AddressInfo, Socket } from "node:net";

import { SMTPServer, type SMTPServerOptions } from "smtp-server";

import { atEnd } from "./cleanup";
import { type Mail, readMail } from "./mail";

/** How a server refuses: with a reply such as `451 try again later`. */
export function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

type Ruling = void | Error | Promise<void | Error>;

export interface MailServer {
  port: number;
  /** What was taken, in order. */
  mails: Mail[];
  /** Befalls each recipient. */
  onRecipient: (address: string) => Ruling;
  /** Befalls each mail when all of it is there, before it is taken. */
  onMail: (mail: Mail) => Ruling;
  /** Connections that are open. */
  open(): number;
  /** Cuts them, without a word. */
  cut(): void;
}

/** `options` are those of the server, e.g. `{ onAuth }`; by default it wants no log-in. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: !options.onAuth,
    logger: false, // nor a warning of the certificate that comes with the package
    onRcptTo: ({ address }, _session, callback) => settle(() => its.onRecipient(address), callback),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { envelope, secure } = session;
        const mail = readMail(Buffer.concat(chunks), { to: envelope.rcptTo.map(({ address }) => address), secure });
        settle(async () => {
          const refusal = await its.onMail(mail);
          if (!refusal) its.mails.push(mail);
          return refusal;
        }, callback);
      });
    },
    ...options,
  });
  server.on("error", () => undefined); // connections are cut on purpose
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => sockets.forEach((socket) => socket.destroy());
  const its: MailServer = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    onRecipient: () => undefined,
    onMail: () => undefined,
    open: () => server.connections.size,
    cut,
  };
  atEnd(() => {
    cut();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return its;
}

function settle(rule: () => Ruling, callback: (error?: Error | null) => void): void {
  void Promise.resolve(rule()).then(
    (refusal) => callback(refusal ?? null),
    (error: unknown) => callback(error as Error),
  );
}
