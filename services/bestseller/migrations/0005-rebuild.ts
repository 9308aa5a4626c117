import type { Migration } from "../../../mixins/database";
import { createRebuildTable } from "../../../mixins/rebuild";

/** How a rebuild of the read model stands. */
export const rebuildRow: Migration = { name: "0005-rebuild", up: (tx) => createRebuildTable(tx) };
