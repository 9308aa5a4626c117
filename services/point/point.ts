/** The rules of a wallet, without a database. I8: balance = CHARGE + REFUND − USE, never below zero, never beyond 2⁵³ − 1. */
import { refuse } from "../../lib/errors";
import { type Currency, defaultCurrency, safeSum } from "../../lib/money";
import { done, type Outcome } from "../../mixins/outcome";

export type EntryType = "CHARGE" | "USE" | "REFUND";

/** One line of the history: what moved, and the balance after it. */
export interface Entry {
  type: EntryType;
  amount: number;
  balanceAfter: number;
  orderId?: string;
}

/** The points of one customer, and what was done to them since they were loaded, oldest first. Amounts in minor units. */
export class Wallet {
  readonly entries: Entry[] = [];

  private points: number;

  constructor(
    readonly userId: string,
    /** The balance as it was loaded. */
    readonly loaded: number,
  ) {
    this.points = loaded;
  }

  get balance(): number {
    return this.points;
  }

  charge(amount: number): Outcome<{ balance: number; currency: Currency }> {
    const balance = safeSum(this.points, amount);
    if (balance === undefined) {
      const errors = [{ path: "amount", message: "the balance would exceed 9007199254740991" }];
      return refuse("VALIDATION_FAILED", "amount: the balance would exceed 9007199254740991", { errors });
    }
    this.move("CHARGE", amount, balance);
    return done({ balance, currency: defaultCurrency });
  }

  /** A wallet that holds too little gives nothing. */
  take(amount: number, orderId: string): Outcome<{ userId: string; orderId: string; amount: number }> {
    if (amount > this.points) {
      return refuse("POINT_INSUFFICIENT", `${amount} points are needed, ${this.points} are there`, { balance: this.points, asked: amount });
    }
    this.move("USE", amount, this.points - amount, orderId);
    return done({ userId: this.userId, orderId, amount });
  }

  /** Can't be refused: a balance that could no longer be held exactly throws, and the saga is parked for an operator. */
  giveBack(amount: number, orderId: string): void {
    const balance = safeSum(this.points, amount);
    if (balance === undefined) throw new RangeError(`giving back ${amount} points to user ${this.userId} exceeds 2^53 - 1`);
    this.move("REFUND", amount, balance, orderId);
  }

  private move(type: EntryType, amount: number, balanceAfter: number, orderId?: string): void {
    this.points = balanceAfter;
    this.entries.push({ type, amount, balanceAfter, ...(orderId !== undefined && { orderId }) });
  }
}
