/** Passwords are kept as argon2id hashes at OWASP's parameters (19 MiB, 2 passes). */
import { hash, verify } from "@node-rs/argon2";

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a random value that nobody knows, at the same cost as all others. */
export const decoy = "$argon2id$v=19$m=19456,t=2,p=1$CKbMmiC9wIu7/BEs5/DcJw$Pfr6o+SqhSrQU2+TDKJK83HeWo2uGAygl65Vx9BFNfo";

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** Without a stored hash the work is the same, so that the time taken doesn't tell whether an account exists. */
export async function passwordMatches(stored: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(stored ?? decoy, password);
  return matches && stored !== undefined;
}
