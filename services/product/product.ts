/** The rules of the catalogue and of stock, without a database. */
import { refuse } from "../../lib/errors";
import type { Currency } from "../../lib/money";
import { done, type Outcome, type Refusal } from "../../mixins/outcome";

/** A product of the catalogue. Times in ms since the epoch. */
export interface Product {
  id: string;
  name: string;
  description: string;
  price: number;
  currency: Currency;
  /** What can still be ordered. */
  stock: number;
  salesCount: number;
  version: number;
  createdAt: number;
  updatedAt: number;
}

/** What an edit changes; `version` is the one that it was made for. */
export type Edit = Partial<Pick<Product, "name" | "description" | "price" | "stock" | "version">>;

/**
 * The product after an edit, which must name the version that it was made for. `version` and `updatedAt` tell of name, description and
 * price: they move when one of these does.
 */
export function edited(product: Product, { version, ...change }: Edit, at: number): Outcome<Product> {
  const { stock = product.stock, name = product.name, description = product.description, price = product.price } = change;
  if (version === undefined) return refuse("PRECONDITION_REQUIRED");
  const stale = staleness(product, version);
  if (stale) return stale;
  if (name === product.name && description === product.description && price === product.price) return done({ ...product, stock });
  return done({ ...product, name, description, price, stock, version: product.version + 1, updatedAt: at });
}

/** The refusal of a change that was made for another version. */
export function staleness(product: Product, version: number | undefined): Refusal | undefined {
  if (version === undefined || version === product.version) return undefined;
  return refuse("VERSION_STALE", `Version ${product.version} is the present one, not ${version}`);
}

/** What a search looks in: name and description, whatever their case and however their letters are put together. */
export function searchTextOf({ name, description }: Pick<Product, "name" | "description">): string {
  return `${folded(name)}\n${folded(description)}`;
}

/** Upper case, which unlike lower case doesn't depend on the letters beside: Σ is σ or ς. */
export function folded(text: string): string {
  return text.normalize("NFC").toUpperCase();
}

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
      if (left === undefined) return refuse("PRODUCT_OUT_OF_STOCK", "It is not sold any more", { productId });
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
