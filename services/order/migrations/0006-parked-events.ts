import type { Migration } from "../../../mixins/database";
import { addOutboxOperations } from "../../../mixins/outbox";

/** Why events are parked, and what operators did to them. */
export const parkedEvents: Migration = {
  name: "0006-parked-events",
  async up(tx) {
    await addOutboxOperations(tx, "order_outbox_event");
  },
};
