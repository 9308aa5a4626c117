import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import { command } from "../../lib/handlers";
import { traceOf } from "../../lib/trace";
import { done } from "../../mixins/outcome";
import { edited, type Product } from "./product";
import { product } from "./product.contract";
import { lockProducts, moveStock, productOf, rewriteProducts, toldOf } from "./products";
import { insertMovements } from "./reservations";

/** Changes products, each in the version that the change was made for: of several edits of one version the first one stands. */
export const editProduct = command(product.edit, async (calls, tx) => {
  const locked = await lockProducts(
    tx,
    calls.map(({ params }) => params.id),
  );
  const at = now();
  const present = new Map(locked);
  const moved: { productId: string; delta: number }[] = [];
  const outcomes = calls.map(({ params: { id, ...edit }, meta }) => {
    const before = present.get(id);
    if (!before) return refuse("PRODUCT_NOT_FOUND");
    const outcome = edited(before, edit, at);
    if (!outcome.ok) return outcome;
    const after = outcome.result;
    present.set(id, after);
    if (after.stock !== before.stock) moved.push({ productId: id, delta: after.stock - before.stock });
    if (after.version !== before.version) emit(tx, product.events.changed, toldOf(after), traceOf(meta));
    return done(productOf(after));
  });
  const edits = [...locked.values()].map((before) => ({ locked: before, edited: present.get(before.id) ?? before }));
  moveStock(tx, stockChanges(edits));
  await rewriteProducts(
    tx,
    edits.filter((one) => one.edited.version !== one.locked.version),
  );
  await insertMovements(
    tx,
    moved.map((one) => ({ ...one, reason: "set by edit" })),
  );
  return outcomes;
});

function stockChanges(edits: readonly { locked: Product; edited: Product }[]): Map<string, number> {
  const deltas = edits.map(({ locked, edited }) => [locked.id, edited.stock - locked.stock] as const);
  return new Map(deltas.filter(([, delta]) => delta !== 0));
}
