/**
 * Coalesced calls. Most of what a call costs (middlewares, metrics, span, the way over the wire) is paid per message, so calls to one
 * action that are made in one turn of the event loop travel as one. Nothing waits for company: a call alone costs one turn of the loop.
 */

/** A call that must end by itself: it rejects with a technical error when no answer came within `timeoutMs`. */
export type RemoteCall = (action: string, params: object, options: CallOptions) => Promise<unknown>;

export interface CallOptions {
  timeoutMs?: number;
  /** Travels with the message, so calls that are to share one must share it; what belongs to one call goes into the call itself. */
  meta?: object;
}

/** Makes one call of a set-based action. Rejects when the message as a whole failed: then every call that was in it rejects. */
export type BatchCaller = <C, A>(action: string, call: C, options?: CallOptions) => Promise<A>;

interface Waiting {
  call: unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

interface Batch {
  action: string;
  options: CallOptions;
  waiting: Waiting[];
}

/**
 * The action takes `{ calls }` and answers `{ outcomes }` or `{ answers }`, one for each call in the same order. Only calls with the same
 * timeout and the same `meta` object travel together, at most `max` of them.
 */
export function createBatchCaller(call: RemoteCall, { max = 128 }: { max?: number } = {}): BatchCaller {
  let open: Batch[] = [];

  function flush(): void {
    const batches = open;
    open = [];
    for (const batch of batches) void send(call, batch);
  }

  function batchFor(action: string, options: CallOptions): Batch {
    const found = open.find(
      (batch) =>
        batch.action === action &&
        batch.options.timeoutMs === options.timeoutMs &&
        batch.options.meta === options.meta &&
        batch.waiting.length < max,
    );
    if (found) return found;
    if (open.length === 0) setImmediate(flush);
    const batch: Batch = { action, options, waiting: [] };
    open.push(batch);
    return batch;
  }

  return <C, A>(action: string, one: C, options: CallOptions = {}) =>
    new Promise<A>((resolve, reject) => {
      batchFor(action, options).waiting.push({ call: one, resolve: resolve as (answer: unknown) => void, reject });
    });
}

/** Never rejects: what goes wrong is told to each call. */
async function send(call: RemoteCall, { action, options, waiting }: Batch): Promise<void> {
  try {
    const answers = answersOf(await call(action, { calls: waiting.map((one) => one.call) }, options));
    if (answers?.length !== waiting.length) throw new Error(`${action} answered ${answers?.length ?? "none"} of ${waiting.length} calls`);
    waiting.forEach((one, index) => one.resolve(answers[index]));
  } catch (error) {
    for (const one of waiting) one.reject(error);
  }
}

function answersOf(answer: unknown): readonly unknown[] | undefined {
  const { outcomes, answers } = (answer ?? {}) as { outcomes?: unknown; answers?: unknown };
  const list = outcomes ?? answers;
  return Array.isArray(list) ? list : undefined;
}
