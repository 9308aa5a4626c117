import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { payments } from "./migrations/0001-payments";
import { refundsAndWebhooks } from "./migrations/0002-refunds-and-webhooks";
import { parkedEvents } from "./migrations/0003-parked-events";
import { payment } from "./payment.contract";
import { processPayment } from "./process-payment";
import { readPayment } from "./read-payment";
import { refundPayment } from "./refund-payment";
import { sandboxProvider } from "./sandbox";
import { receiveWebhook } from "./webhook/receive-webhook";
import { webhookSecret } from "./webhook/secret";

export default service(payment, {
  migrations: [payments, refundsAndWebhooks, parkedEvents],
  actions: { read: readPayment, process: processPayment, refund: refundPayment, webhook: receiveWebhook },
  mixins: [sandboxProvider, webhookSecret],
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
      refund_id: DataTypes.STRING,
      refund_ref: DataTypes.STRING,
      created_at: DataTypes.BIGINT,
      approved_at: DataTypes.BIGINT,
    },
  },
});
