/**
 * How a transaction's writes go to the server: each as a prepared statement, the next one when the last is answered; or all of them as one
 * packet of text.
 */
export type Writes = "statements" | "packet";

/** What the baseline is started with, as JSON in its first argument. */
export interface Options {
  /** `mysql://user@host:port/schema`; the schema is fresh or missing. */
  database: string;
  /** Of the key that access tokens are signed with (Ed25519). */
  publicKeyPem: string;
  products: readonly { id: string; name: string; price: number; stock: number }[];
  customers: readonly { id: string; points: number }[];
  coupons: readonly Coupon[];
  /** A free one when left out. */
  port?: number;
  /** `statements` when left out. */
  writes?: Writes;
  /** Connections at most; 32 when left out. */
  poolSize?: number;
}

/** Times as ISO 8601, like everything that goes over the wire. */
export interface Coupon {
  id: string;
  title: string;
  discountType: "AMOUNT" | "PERCENT";
  discountValue: number;
  quantity: number;
  startsAt: string;
  endsAt: string;
}
