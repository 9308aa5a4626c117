import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { saga } from "../../mixins/saga";
import { cancelOrder } from "../../sagas/cancel-order";
import { placeOrder } from "../../sagas/place-order";
import { cancel } from "./cancel-order";
import { cancelOrders, restoreOrders } from "./end-cancellations";
import { completeOrders, failOrders } from "./end-orders";
import { changes } from "./follow-order";
import { orders } from "./migrations/0001-orders";
import { cancellations } from "./migrations/0002-cancellations";
import { sagasByHand } from "./migrations/0003-sagas-by-hand";
import { listsAreElsewhere } from "./migrations/0004-lists-are-elsewhere";
import { deadLetters } from "./migrations/0005-dead-letters";
import { parkedEvents } from "./migrations/0006-parked-events";
import { orderPage } from "./order-pages";
import { order } from "./order.contract";
import { paymentNews } from "./payment-news";
import { place } from "./place-order";
import { readOrder } from "./read-orders";
import { orderWatch } from "./watch";

export default service(order, {
  migrations: [orders, cancellations, sagasByHand, listsAreElsewhere, deadLetters, parkedEvents],
  actions: { place, read: readOrder, page: orderPage, cancel, changes },
  sagas: [
    saga(placeOrder, { completed: completeOrders, compensated: failOrders }),
    saga(cancelOrder, { completed: cancelOrders, compensated: restoreOrders }),
  ],
  consumes: paymentNews,
  mixins: [orderWatch],
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
