import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { saga } from "../../mixins/saga";
import { placeOrder } from "../../sagas/place-order";
import { completeOrders, failOrders } from "./end-orders";
import { orders } from "./migrations/0001-orders";
import { order } from "./order.contract";
import { paymentNews } from "./payment-news";
import { place } from "./place-order";
import { listAllowedOrders, readOrder } from "./read-orders";

export default service(order, {
  migrations: [orders],
  actions: { place, read: readOrder, list: listAllowedOrders },
  sagas: [saga(placeOrder, { completed: completeOrders, compensated: failOrders })],
  consumes: paymentNews,
  reads: {
    table: "orders",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      user_id: DataTypes.STRING,
      status: DataTypes.INTEGER,
      currency: DataTypes.STRING,
      subtotal: DataTypes.BIGINT,
      discount: DataTypes.BIGINT,
      points_used: DataTypes.BIGINT,
      paid: DataTypes.BIGINT,
      payment_method: DataTypes.INTEGER,
      payment_id: DataTypes.STRING,
      payment_status: DataTypes.INTEGER,
      failure_code: DataTypes.STRING,
      created_at: DataTypes.BIGINT,
      updated_at: DataTypes.BIGINT,
    },
  },
});
