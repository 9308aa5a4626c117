/** The rules of stock, without a database. */
import { refuse } from "../../lib/errors";
import { done, type Outcome } from "../../mixins/outcome";

export interface Line {
  productId: string;
  quantity: number;
}

/**
 * The stock of the products that a group of calls has locked; calls are decided in the order of their arrival.
 * I8: stock = movements − reservations that were not given back, never below zero.
 */
export class Shelf {
  private readonly moved = new Map<string, number>();

  constructor(private readonly stock: ReadonlyMap<string, number>) {}

  /** How much each product's stock has changed; products without a change are left out. */
  get changes(): ReadonlyMap<string, number> {
    return new Map([...this.moved].filter(([, delta]) => delta !== 0));
  }

  /** Takes all lines or none. The first line that can't be had is the one that is told. */
  reserve(lines: readonly Line[]): Outcome<Record<string, never>> {
    for (const { productId, quantity } of lines) {
      const left = this.left(productId);
      if (left === undefined) return refuse("PRODUCT_NOT_FOUND", undefined, { productId });
      if (left < quantity) return outOfStock(productId, left, quantity);
    }
    for (const { productId, quantity } of lines) this.move(productId, -quantity);
    return done({});
  }

  /** Adds to or takes from the stock by hand. */
  adjust(productId: string, delta: number): Outcome<{ stock: number }> {
    const left = this.left(productId);
    if (left === undefined) return refuse("PRODUCT_NOT_FOUND", undefined, { productId });
    if (left + delta < 0) return outOfStock(productId, left, -delta);
    this.move(productId, delta);
    return done({ stock: left + delta });
  }

  private left(productId: string): number | undefined {
    const stock = this.stock.get(productId);
    return stock === undefined ? undefined : stock + (this.moved.get(productId) ?? 0);
  }

  private move(productId: string, delta: number): void {
    this.moved.set(productId, (this.moved.get(productId) ?? 0) + delta);
  }
}

function outOfStock(productId: string, left: number, asked: number): ReturnType<typeof refuse> {
  return refuse("PRODUCT_OUT_OF_STOCK", `${asked} asked for, ${left} left`, { productId, left, asked });
}

/** Quantities by product, over any number of lines. */
export function totalsOf(lines: Iterable<Line>): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { productId, quantity } of lines) totals.set(productId, (totals.get(productId) ?? 0) + quantity);
  return totals;
}
