/** Hands messages to a mail server, over a few connections that stay open. */
import { createTransport } from "nodemailer";

import type { SmtpSettings } from "../../lib/smtp";
import { htmlOf } from "./letters/html";
import { oneLine } from "./letters/letter";
import type { MessageProvider, OutgoingMessage } from "./provider";
import { RefusedForGood } from "./refused";

/** Connections, and so messages at a time. */
const connections = 5;

/** In ms, each less than the sender gives for a message, so that what is told is what happened and not that time was up. */
export const smtpTimeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 25_000, dnsTimeout: 10_000 };

export function smtpProvider(settings: SmtpSettings, timeouts = smtpTimeouts): MessageProvider {
  const { host, port, implicitTls, requireTls, verifyCertificate, auth, from } = settings;
  const transport = createTransport({
    pool: true,
    maxConnections: connections,
    maxRequeues: 0, // calls are retried in one layer (rule 9), and that is the sender
    host,
    port,
    secure: implicitTls,
    requireTLS: requireTls,
    tls: { rejectUnauthorized: verifyCertificate },
    ...(auth && { auth }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  });
  return {
    needsAddress: true,
    atOnce: connections,
    async send(message, signal) {
      try {
        await transport.sendMail({ ...mailOf(message, from), signal });
      } catch (error) {
        throw isForGood(error) ? new RefusedForGood(error.message, { cause: error }) : error;
      }
    },
    close: () => transport.close(),
  };
}

/** `Message-ID` is the message's id, so that a mail that comes twice can be recognised. */
function mailOf({ id, to: { email = "", nickname = "" }, language, subject, body }: OutgoingMessage, from: SmtpSettings["from"]) {
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  return {
    from,
    to: { name: oneLine(nickname, 50), address: email },
    messageId: `<${id.replace(/[^\w.-]/g, "_")}@${domain}>`,
    subject: oneLine(subject, 200),
    text: body,
    html: htmlOf({ subject, body }, language),
    headers: { "Content-Language": language, "Auto-Submitted": "auto-generated" },
  };
}

interface SmtpRefusal extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
}

/** These speak of who logs in or of a muddled conversation, not of the message. */
const ours: ReadonlySet<number> = new Set([503, 530, 534, 535, 538]);

/**
 * What the server says of this recipient or this mail is final when it is a 5xx. One that it says before (greeting, log-in, sender) befalls
 * every message alike: that is for whoever runs the shop to put right, and the messages wait for it.
 */
function isForGood(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, command = "", responseCode = 0 }: SmtpRefusal = error;
  if (code === "EENVELOPE" && command === "API") return true; // no server would be given such an address
  return /^(RCPT TO|DATA)$/.test(command) && responseCode >= 500 && responseCode < 600 && !ours.has(responseCode);
}
