import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { cleanUpMixin } from "../../mixins/clean-up";
import { notifications } from "./migrations/0001-notifications";
import { lettersAndRefusals } from "./migrations/0002-letters-and-refusals";
import { deadLetters } from "./migrations/0003-dead-letters";
import { notification } from "./notification.contract";
import { sending } from "./sender";
import { consumers } from "./write-messages";

const day = 24 * 3_600_000;

/** Messages to customers, of what happened to their orders and coupons. */
export default service(notification, {
  migrations: [notifications, lettersAndRefusals, deadLetters],
  actions: {},
  consumes: consumers,
  inbox: { lingerMs: 250 },
  mixins: [sending, cleanUpMixin({ table: "notification", key: "id", time: "created_at", keepMs: 90 * day, everyMs: 3_600_000 })],
  reads: {
    table: "notification",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      event_id: DataTypes.STRING,
      user_id: DataTypes.STRING,
      kind: DataTypes.STRING,
      subject: DataTypes.STRING,
      body: DataTypes.STRING,
      facts: DataTypes.STRING,
      language: DataTypes.STRING,
      created_at: DataTypes.BIGINT,
      sent_at: DataTypes.BIGINT,
      failed_at: DataTypes.BIGINT,
      error: DataTypes.STRING,
      attempts: DataTypes.INTEGER,
      next_at: DataTypes.BIGINT,
    },
  },
});
