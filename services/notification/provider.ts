import type { Service } from "moleculer";

import { type Config, configOf } from "../../lib/config";
import type { Language } from "../../lib/language";
import { oncePer } from "../../lib/once-per";
import { logProvider } from "./log-provider";
import { smtpProvider } from "./smtp-provider";

/** A message as a provider gets it. */
export interface OutgoingMessage {
  /** The same at every try: what a provider drops repeats by. */
  id: string;
  /** E-mail and nickname only when they are known. */
  to: { userId: string; email?: string; nickname?: string };
  language: Language;
  subject: string;
  body: string;
}

/** A provider of messages, so far as this service needs one. A real one is an adapter of this shape. */
export interface MessageProvider {
  /** Whether it can do nothing for a customer whose e-mail address is not known. */
  readonly needsAddress: boolean;
  /** How many messages it takes at a time, when it can't take as many as come. */
  readonly atOnce?: number;
  /**
   * Resolves when the provider has taken the message. Rejects with a `RefusedForGood` when it never will, and with anything else when it
   * hasn't or can't tell, and when the signal aborts.
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<void>;
  /** Nothing will be sent any more. */
  close?(): void;
}

const providers: Record<Config["notificationProvider"], (host: Service) => MessageProvider> = {
  log: logProvider,
  smtp({ broker }) {
    const { smtp } = configOf(broker);
    if (!smtp) throw new Error("the provider smtp has no settings");
    return smtpProvider(smtp);
  },
};

/** The provider of a running service, as its configuration names it. */
export const providerOf = oncePer((host: Service) => providers[configOf(host.broker).notificationProvider](host));
