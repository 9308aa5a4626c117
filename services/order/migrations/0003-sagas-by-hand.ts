import type { Migration } from "../../../mixins/database";
import { createIdempotencyTable } from "../../../mixins/idempotency";
import { createSagaAuditTable, createSagaRetentionIndex, createSagaSignalTable } from "../../../mixins/saga";

/** Signals to sagas, what operators did to them, the keys of operators' requests, and what the clean-up of ended sagas finds them by. */
export const sagasByHand: Migration = {
  name: "0003-sagas-by-hand",
  async up(tx) {
    await createSagaSignalTable(tx);
    await createSagaAuditTable(tx);
    await createIdempotencyTable(tx);
    await createSagaRetentionIndex(tx);
  },
};
