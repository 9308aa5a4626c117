/** Which operator acts, in at most 100 characters, and why, in at most 500: so much the audit tables hold. */
export interface By {
  who: string;
  why: string;
}
