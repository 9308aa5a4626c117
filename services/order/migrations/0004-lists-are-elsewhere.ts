import { dropIndex, type Migration } from "../../../mixins/database";

/** Lists of orders come from `order-history`: nothing looks for orders by customer or time here, and every new order paid for both indexes. */
export const listsAreElsewhere: Migration = {
  name: "0004-lists-are-elsewhere",
  async up(tx) {
    await dropIndex(tx, "orders", ["user_id", "created_at", "id"]);
    await dropIndex(tx, "orders", ["created_at", "id"]);
  },
};
