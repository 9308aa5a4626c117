import { ShopError } from "../../lib/errors";
import { handler, isOwnOrStaff } from "../../lib/handlers";
import { viewOf } from "./payment";
import { payment } from "./payment.contract";
import { findById } from "./payments";

/** Another customer's payment is as unknown as one that doesn't exist; staff may read every one. */
export const readPayment = handler(payment.read, async ({ params: { id, userId }, meta, db }) => {
  const found = await findById(db, id);
  if (!found || !isOwnOrStaff(meta, userId, found.userId)) throw new ShopError("PAYMENT_NOT_FOUND");
  return viewOf(found);
});
