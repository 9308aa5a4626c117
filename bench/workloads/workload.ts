import type { Load, Work } from "../load/load";

export type SideName = "ours" | "baseline";

/** What both sides sell in a run, and to whom. */
export interface Goods {
  products: readonly Product[];
  coupons: readonly Coupon[];
  customers: readonly Customer[];
}

export interface Product {
  id: string;
  name: string;
  price: number;
  stock: number;
}

/** Times as ISO 8601. */
export interface Coupon {
  id: string;
  title: string;
  discountType: "AMOUNT";
  discountValue: number;
  quantity: number;
  startsAt: string;
  endsAt: string;
}

export interface Customer {
  id: string;
  token: string;
}

/** How long things are done. */
export interface Extent {
  /** Numbers of clients. */
  levels: readonly number[];
  rounds: number;
  /** Of a slice. */
  seconds: number;
  /** Of the outbox that is drained. */
  events?: number;
}

/** What has to be there before a workload begins. */
export interface Needs {
  /** The stock of each product, the quantity of each coupon. */
  stocks: readonly number[];
  quantities: readonly number[];
  customers: number;
}

/** One slice: `c` clients at one side. `lot` counts the slices of a side: what is sold out in one is not there in the next. */
export interface Slice {
  side: SideName;
  url: string;
  goods: Goods;
  c: number;
  lot: number;
  /** For workloads that go on until time is up. */
  goesOn: NonNullable<Work["goesOn"]>;
}

export interface Workload {
  /** What one answer counts as, in the plural. */
  counts: string;
  needs(extent: Extent): Needs;
  work(slice: Slice): Work;
  /** What is wrong with the answers of a slice. */
  wrong(slice: Slice, load: Load): string[];
}
