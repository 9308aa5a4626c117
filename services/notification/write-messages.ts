import { onAny, reading } from "../../lib/events";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { user } from "../user/user.contract";
import type { News } from "./letters/news";
import { insertMessages, type Message } from "./notifications";
import { noteRecipients } from "./recipients";
import { senderOf } from "./sender";

function messageOf(eventId: string, { kind, facts }: News): Message {
  return { eventId, userId: facts.userId, kind, facts: JSON.stringify(facts) };
}

/** One message for an event, in the transaction that notes the event as applied (I7). It is sent after the commit, by the sender. */
const messages = onAny<Message>(
  [
    reading(order.events.completed, ({ id, data }) => messageOf(id, { kind: "order.completed", facts: data })),
    reading(order.events.failed, ({ id, data }) => messageOf(id, { kind: "order.failed", facts: data })),
    reading(order.events.canceled, ({ id, data }) => messageOf(id, { kind: "order.canceled", facts: data })),
    reading(coupon.events.issued, ({ id, data }) => messageOf(id, { kind: "coupon.issued", facts: data })),
  ],
  async (written, tx, host) => {
    await insertMessages(tx, written);
    tx.afterCommit(() => senderOf(host).wake());
  },
);

/** Where messages go. It is looked up when a message is sent: users and orders are topics of their own, and come in any order. */
const recipients = onAny(
  [user.events.registered, user.events.changed].map((event) =>
    reading(event, ({ at, data: { userId, email, nickname, language } }) => ({ userId, email, nickname, language, heardAt: at })),
  ),
  (told, tx) => noteRecipients(tx, told),
);

export const consumers = [...messages, ...recipients];
