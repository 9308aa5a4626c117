/** Idempotency keys of actions whose work is not one command: the answer is kept in the transaction of the work all the same. */
import type { Database, Tx } from "../mixins/database/types";
import { idempotent } from "../mixins/idempotency";
import { type Outcome, refused } from "../mixins/outcome";
import { errorOf } from "./errors";
import type { IdempotencyKey } from "./handlers";

/** What was answered before any work began (a wrong amount, an unknown id) is decided anew when the key comes again. */
export function isWorthRemembering(outcome: Outcome): boolean {
  return outcome.ok || (outcome.type !== "VALIDATION_FAILED" && errorOf(outcome).code !== 404);
}

type Work<R> = (tx: Tx) => Promise<Outcome<R>>;

/** The outcome of the work, or the one that the key was answered with before. Without a key just the outcome. */
export async function once<R>(key: IdempotencyKey | undefined, tx: Tx, work: Work<R>): Promise<Outcome<R>> {
  return kept(key, tx, work, isWorthRemembering);
}

/** What the key was answered with before, for work of several transactions: they come between this and `once`. */
export async function answerOf<R>(key: IdempotencyKey | undefined, db: Database): Promise<Outcome<R> | undefined> {
  if (!key) return undefined;
  const unanswered = refused("UNANSWERED");
  const answer = await db.transaction((tx) =>
    kept<R>(
      key,
      tx,
      async () => unanswered,
      () => false,
    ),
  );
  return answer === unanswered ? undefined : answer;
}

async function kept<R>(key: IdempotencyKey | undefined, tx: Tx, work: Work<R>, remembers: (outcome: Outcome) => boolean) {
  const { run } = idempotent<IdempotencyKey | undefined, R>(
    { name: "once", run: async (_calls, tx) => [await work(tx)] },
    { keyOf: (given) => given, remembers },
  );
  const [outcome] = await run([key], tx);
  return outcome!;
}
