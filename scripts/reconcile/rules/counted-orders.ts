import type { Calendar } from "../calendar";
import { difference, type OrderRule } from "./order-rule";

const none = "no day";

/** I1. An order without a note was counted before such notes were kept; the tally's sums have it all the same. */
export const countedOrders = (calendar: Calendar): OrderRule => ({
  name: "counted orders",
  says: "what is noted of an order in the tally: the day of its completion, none when it was cancelled; nothing of other orders",
  judge({ order, state, completedAt, awaited, counted: [note] }) {
    if (state === "moving" || awaited("bestseller")) return "under way";
    if (!note) return [];
    if (completedAt === undefined) return [`it was never COMPLETED, but is noted on ${note.day ?? none}`];
    return difference("it is noted on", note.day ?? none, order?.status === "COMPLETED" ? calendar.dayOf(completedAt) : none);
  },
});
