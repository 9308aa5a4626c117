import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { coupon } from "./coupon.contract";
import { createCoupon } from "./create-coupon";
import { issueCoupon } from "./issue-coupon";
import { listCoupons, listMine } from "./list-coupons";
import { coupons } from "./migrations/0001-coupons";
import { parkedEvents } from "./migrations/0002-parked-events";
import { giveBackCoupon } from "./return-coupons";
import { quoteCoupon, useCoupon } from "./use-coupon";

export default service(coupon, {
  migrations: [coupons, parkedEvents],
  actions: {
    list: listCoupons,
    create: createCoupon,
    issue: issueCoupon,
    mine: listMine,
    quote: quoteCoupon,
    use: useCoupon,
    giveBack: giveBackCoupon,
  },
  reads: {
    table: "coupon",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      title: DataTypes.STRING,
      discount_type: DataTypes.STRING,
      discount_value: DataTypes.BIGINT,
      max_discount: DataTypes.BIGINT,
      min_order_amount: DataTypes.BIGINT,
      quantity: DataTypes.BIGINT,
      remaining: DataTypes.BIGINT,
      starts_at: DataTypes.BIGINT,
      ends_at: DataTypes.BIGINT,
      valid_days: DataTypes.INTEGER,
      created_at: DataTypes.BIGINT,
    },
  },
});
