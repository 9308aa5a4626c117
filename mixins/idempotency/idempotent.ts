/**
 * Idempotency keys for set-based handlers. A key and the answer to it are written in the transaction of the effect itself, so there is
 * never one without the other.
 *
 * Nothing is locked to look keys up. Two nodes that get one key at once both find it free and both do the work; the table's key lets only
 * one of them commit. The other's whole transaction is rolled back and decided again, and then it finds the answer.
 */
import { DecideAgain, isDuplicateKey, type Tx } from "../database";
import { checkOutcomes, type GroupHandler } from "../group-commit";
import { refused, type Outcome } from "../outcome";
import { digest, findAnswers, forget, insertAnswers, type IdempotencyKey, type NewAnswer } from "./table";

/** The `type` of the refusal when a key comes again with another body. */
export const IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED";

/** How long an answer is repeated when nothing else is said: 24 h. */
export const defaultKeepMs = 24 * 3600 * 1000;

export interface IdempotentOptions<C> {
  /** What names the call; undefined when it came without a key. */
  keyOf: (call: C) => IdempotencyKey | undefined;
  /** Ms since the epoch. Default: this machine's clock. */
  clock?: () => number;
  /** How long an answer is repeated. */
  keepMs?: number;
  /** Whether an outcome is stored; a call with the key of one that isn't is decided anew. Default: all are. */
  remembers?: (outcome: Outcome) => boolean;
}

type Keyed = { id: string; key: IdempotencyKey } | undefined;
type Answer = Pick<NewAnswer, "bodyHash" | "outcome">;

/**
 * Wraps a handler: a call whose key was answered before gets that answer again, marked `replayed`; with another body it is refused with
 * `IDEMPOTENCY_KEY_REUSED`. The others go to the handler, and what it says, results and refusals alike, is stored. Calls that share a key
 * never share a group: what the first is answered, and whether that is remembered, is known before the next one is looked at.
 */
export function idempotent<C, R>(handler: Omit<GroupHandler<C, R>, "conflictKey">, options: IdempotentOptions<C>): GroupHandler<C, R> {
  const { keyOf, clock = Date.now, keepMs = defaultKeepMs, remembers = () => true } = options;

  async function run(calls: readonly C[], tx: Tx): Promise<readonly Outcome<R>[]> {
    const keyed = calls.map((call) => withId(keyOf(call)));
    if (keyed.every((one) => one === undefined)) return handler.run(calls, tx);

    const now = clock();
    const answers: Map<string, Answer> = await answersUntilNow(tx, keyed, now - keepMs);
    const fresh = calls.filter((_call, index) => !answers.has(keyed[index]?.id ?? ""));
    const outcomes = fresh.length > 0 ? checkOutcomes(handler, fresh, await handler.run(fresh, tx)) : [];

    const news: NewAnswer[] = [];
    const inOrder = outcomes.values();
    const decided = keyed.map((one) => {
      const answer = one && answers.get(one.id);
      if (answer) return repeated<R>(answer, one.key);
      const outcome = inOrder.next().value as Outcome<R>;
      if (one && remembers(outcome)) news.push({ ...one.key, id: one.id, outcome });
      return outcome;
    });
    await store(tx, news, now);
    return decided;
  }

  return { ...handler, run, conflictKey: (call) => withId(keyOf(call))?.id };
}

function withId(key: IdempotencyKey | undefined): Keyed {
  return key && { id: digest(key), key };
}

/** By digest. Answers given up to `before` count as absent and make room for new ones. */
async function answersUntilNow(tx: Tx, keyed: readonly Keyed[], before: number) {
  const ids = new Set(keyed.flatMap((one) => (one ? [one.id] : [])));
  const answers = await findAnswers(tx, [...ids]);
  const old = [...answers].flatMap(([id, { at }]) => (at <= before ? [id] : []));
  if (old.length > 0) await forget(tx, old, before);
  for (const id of old) answers.delete(id);
  return answers;
}

function repeated<R>(answer: Answer, key: IdempotencyKey): Outcome<R> {
  if (answer.bodyHash !== key.bodyHash) return refused(IDEMPOTENCY_KEY_REUSED);
  return { ...(answer.outcome as Outcome<R>), replayed: true };
}

async function store(tx: Tx, news: readonly NewAnswer[], now: number): Promise<void> {
  try {
    await insertAnswers(tx, news, now);
  } catch (error) {
    throw isDuplicateKey(error) ? new DecideAgain("an idempotency key was answered elsewhere meanwhile", error) : error;
  }
}
