import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { chargePoints } from "./charge-points";
import { wallets } from "./migrations/0001-wallets";
import { parkedEvents } from "./migrations/0002-parked-events";
import { point } from "./point.contract";
import { listHistory, quotePoints, readBalance } from "./read-points";
import { giveBackPoints } from "./return-points";
import { usePoints } from "./use-points";

export default service(point, {
  migrations: [wallets, parkedEvents],
  actions: {
    balance: readBalance,
    history: listHistory,
    charge: chargePoints,
    quote: quotePoints,
    use: usePoints,
    giveBack: giveBackPoints,
  },
  reads: { table: "point", primaryKey: "user_id", columns: { user_id: DataTypes.STRING, balance: DataTypes.BIGINT } },
});
