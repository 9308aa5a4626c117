import type { Calendar } from "../calendar";
import { countedOrders } from "./counted-orders";
import { coupons } from "./coupons";
import { couponsOfOrders, points, reservations } from "./effects";
import { history } from "./history";
import { endsOfOrders } from "./ends-of-orders";
import { deadLetters, inbox, outbox, sagas } from "./machinery";
import type { OrderRule } from "./order-rule";
import { openOrders, orders } from "./orders";
import { payments, provider, shownPayments } from "./payments";
import { balances, ledger } from "./points";
import type { Rule } from "./rule";
import { sales, type SumRule, tally } from "./sales";
import { stock } from "./stock";
import type { TableRule } from "./table-rule";

export const tableRules: readonly TableRule[] = [stock, balances, ledger, coupons, endsOfOrders];

export const orderRules = (calendar: Calendar): readonly OrderRule[] => [
  orders,
  reservations,
  points,
  couponsOfOrders,
  payments,
  provider,
  shownPayments,
  history,
  countedOrders(calendar),
  openOrders,
];

/** They add up, so each reading needs its own. */
export const sumRules = (calendar: Calendar): readonly SumRule[] => [sales(), tally(calendar)];

export const ranking: Rule = {
  name: "ranking",
  says: "the ranking in the memory of the running shop = the durable tally",
};

export const machineRules: readonly TableRule[] = [sagas, outbox, inbox, deadLetters];
