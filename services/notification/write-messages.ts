import { onAny, reading } from "../../lib/events";
import { coupon } from "../coupon/coupon.contract";
import { order } from "../order/order.contract";
import { user } from "../user/user.contract";
import { insertMessages, type Message } from "./notifications";
import { noteRecipients } from "./recipients";
import { senderOf } from "./sender";
import { canceledText, completedText, couponText, failedText, type Text } from "./texts";

function messageOf(eventId: string, kind: string, userId: string, text: Text): Message {
  return { eventId, userId, kind, ...text };
}

/** One message for an event, in the transaction that notes the event as applied (I7). It is sent after the commit, by the sender. */
const messages = onAny<Message>(
  [
    reading(order.events.completed, ({ id, data }) => messageOf(id, order.events.completed.name, data.userId, completedText(data))),
    reading(order.events.failed, ({ id, data }) => messageOf(id, order.events.failed.name, data.userId, failedText(data))),
    reading(order.events.canceled, ({ id, data }) => messageOf(id, order.events.canceled.name, data.userId, canceledText(data))),
    reading(coupon.events.issued, ({ id, data }) => messageOf(id, coupon.events.issued.name, data.userId, couponText())),
  ],
  async (written, tx, host) => {
    await insertMessages(tx, written);
    tx.afterCommit(() => senderOf(host).wake());
  },
);

/** Where messages go. It is looked up when a message is sent: users and orders are topics of their own, and come in any order. */
const recipients = onAny(
  [user.events.registered, user.events.changed].map((event) =>
    reading(event, ({ at, data: { userId, email, nickname } }) => ({ userId, email, nickname, heardAt: at })),
  ),
  (told, tx) => noteRecipients(tx, told),
);

export const consumers = [...messages, ...recipients];
