import { contract } from "../../lib/contract";

/** Nobody calls it: it listens, and staff read its messages with `notification.find`. */
export const notification = contract("notification", { actions: {} });
