import type { Service } from "moleculer";

import type { MessageProvider } from "./provider";

/** Tells every message to the service's log, on one line; nobody else hears of it. */
export function logProvider({ logger }: Service): MessageProvider {
  return {
    needsAddress: false,
    async send({ id, to: { userId, email, nickname }, subject, body }) {
      const to = email === undefined ? `user ${userId}` : `${nickname ?? ""} <${email}>`;
      logger.info(`message ${id} to ${to}: ${subject}. ${body}`.replace(/\p{Cc}+/gu, " "));
    },
  };
}
