/** A recount of everything that an order moves, over the databases of all services. Shared by the demo, the benchmark and the tests. */
import type { Config } from "../../lib/config";
import { readSnapshot, readUnderWay } from "./snapshot";
import { violationsOf } from "./violations";

export { readUnderWay };

export interface Recount {
  /** One line for each thing that doesn't add up. */
  violations: string[];
  orders: number;
  completed: number;
}

/** For a shop that has been stopped after everything under way had ended: what still is counts as a violation. */
export async function recount(config: Config): Promise<Recount> {
  const snapshot = await readSnapshot(config);
  const completed = snapshot.orders.filter(({ status }) => status === 2).length;
  const violations = [...(await readUnderWay(config)), ...violationsOf(snapshot)];
  return { violations, orders: snapshot.orders.length, completed };
}
