import { createHmac, timingSafeEqual } from "node:crypto";

/** How far the sender's clock, and the way, may be off. In seconds, to either side. */
const toleranceSeconds = 300;
const form = /^t=(\d{1,15}),v1=([0-9a-fA-F]{64})$/;

export interface Signed {
  /** `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`. */
  signature: string | undefined;
  /** The text as it came: read and written anew it is another text. */
  body: string;
}

/** Whether whoever knows the secret has signed this body, not long ago. `now` in ms since the epoch. */
export function isSigned({ signature = "", body }: Signed, secret: string, now: number): boolean {
  const [, seconds, given] = form.exec(signature) ?? [];
  if (seconds === undefined || given === undefined) return false;
  const expected = createHmac("sha256", secret).update(`${seconds}.${body}`).digest();
  const genuine = timingSafeEqual(expected, Buffer.from(given, "hex"));
  return genuine && Math.abs(Math.floor(now / 1000) - Number(seconds)) <= toleranceSeconds;
}
