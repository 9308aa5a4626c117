/** What a rule is, and what it has found. */

/** Something that must hold. */
export interface Rule {
  name: string;
  /** One line for a person. */
  says: string;
}

export interface Violation {
  /** The rule's name. */
  rule: string;
  /** Which thing doesn't agree, e.g. `product 0193…`. The same at every reading. */
  what: string;
  /** With what. */
  detail: string;
}

/** Rows of one rule that are kept; of more only the number is known. */
const most = 1_000;

export class Findings {
  checked = 0;
  underWay = 0;
  wrong = 0;
  readonly violations: Violation[] = [];

  constructor(readonly rule: Rule) {}

  /** They agree. */
  right(count = 1): void {
    this.checked += count;
  }

  /** Nobody can tell yet. */
  pending(count = 1): void {
    this.checked += count;
    this.underWay += count;
  }

  violated(what: string, ...details: readonly string[]): void {
    this.checked++;
    this.wrong++;
    if (this.violations.length < most) this.violations.push({ rule: this.rule.name, what, detail: details.join("; ") });
  }
}
