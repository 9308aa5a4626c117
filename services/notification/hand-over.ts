import { now } from "../../lib/clock";
import { defaultLanguage } from "../../lib/language";
import { backOff } from "../../mixins/waiting";
import { letterOf } from "./letters/letter";
import { newsOf } from "./letters/news";
import type { Claimed, Handed } from "./notifications";
import type { MessageProvider } from "./provider";
import type { Recipient } from "./recipients";
import { RefusedForGood } from "./refused";

export interface HandOver {
  provider: MessageProvider;
  /** Of the dates in messages. */
  timeZone: string;
  /** Between tries of a message that the provider doesn't take, in ms. */
  retryMs: { base: number; cap: number };
  /** How long a message waits for the address of a customer of whom nothing is known, in ms. */
  addressMs: number;
}

/**
 * Writes a message and hands it to the provider; never rejects. It is written now and not when its event came, in the language that is known
 * now, as the address is: users and orders are topics of their own, so that of a new customer the order may be heard of first; and who has
 * chosen another language wants it from then on. A repeat is so in the newest language too, under the same id.
 */
export async function handOver(
  message: Claimed,
  recipient: Recipient | undefined,
  { provider, timeZone, retryMs, addressMs }: HandOver,
  signal: AbortSignal,
): Promise<Handed> {
  const waitMs = backOff(message.attempt, retryMs.base, retryMs.cap);
  if (!recipient && provider.needsAddress) {
    const overdue = now() - message.createdAt >= addressMs;
    return { message, failure: { error: "the customer's e-mail address is not known", waitMs: overdue ? null : waitMs } };
  }
  let written: Handed["written"];
  try {
    written = write(message, recipient, timeZone);
    const { eventId: id, userId } = message;
    const to = { userId, ...(recipient && { email: recipient.email, nickname: recipient.nickname }) };
    await provider.send({ id, to, ...written }, signal);
    return { message, written };
  } catch (error) {
    return {
      message,
      ...(written && { written }),
      failure: { error: textOf(error), waitMs: error instanceof RefusedForGood ? null : waitMs },
    };
  }
}

function write({ kind, facts, subject, body }: Claimed, recipient: Recipient | undefined, timeZone: string) {
  if (facts === null) return { language: defaultLanguage, subject, body }; // from before there was a choice
  const language = recipient?.language ?? defaultLanguage;
  return { language, ...letterOf(newsOf(kind, facts), { language, timeZone, nickname: recipient?.nickname }) };
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
