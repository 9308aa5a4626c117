import type { Migration } from "../../../mixins/database";
import { addOutboxOperations } from "../../../mixins/outbox";

/** Why events are parked, and what operators did to them. */
export const parkedEvents: Migration = {
  name: "0004-parked-events",
  async up(tx) {
    await addOutboxOperations(tx, "product_outbox_event");
  },
};
