import type { Service } from "moleculer";

import { type Config, configOf } from "../../lib/config";
import { oncePer } from "../../lib/once-per";
import { logProvider } from "./log-provider";

/** A message as a provider gets it. */
export interface OutgoingMessage {
  /** The same at every try: what a provider drops repeats by. */
  id: string;
  /** E-mail and nickname only when they are known: a provider that can't do without them rejects, and is asked again. */
  to: { userId: string; email?: string; nickname?: string };
  subject: string;
  body: string;
}

/** A provider of messages, so far as this service needs one. A real one is an adapter of this shape. */
export interface MessageProvider {
  /** Resolves when the provider has taken the message. Rejects when it hasn't or can't tell, and when the signal aborts. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<void>;
}

const providers: Record<Config["notificationProvider"], (host: Service) => MessageProvider> = { log: logProvider };

/** The provider of a running service, as its configuration names it. */
export const providerOf = oncePer((host: Service) => providers[configOf(host.broker).notificationProvider](host));
