import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { payments } from "./migrations/0001-payments";
import { payment } from "./payment.contract";
import { processPayment } from "./process-payment";
import { readPayment } from "./read-payment";
import { sandboxProvider } from "./sandbox";

export default service(payment, {
  migrations: [payments],
  actions: { read: readPayment, process: processPayment },
  mixins: [sandboxProvider],
  reads: {
    table: "payment",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      order_id: DataTypes.STRING,
      user_id: DataTypes.STRING,
      method: DataTypes.INTEGER,
      status: DataTypes.INTEGER,
      amount: DataTypes.BIGINT,
      refunded: DataTypes.BIGINT,
      currency: DataTypes.STRING,
      provider_ref: DataTypes.STRING,
      created_at: DataTypes.BIGINT,
      approved_at: DataTypes.BIGINT,
    },
  },
});
