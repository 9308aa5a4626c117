/**
 * A message that the bus can never take as it is, e.g. because it is too large; sending it again is of no use. Any other error of
 * `publish` means that the bus is away for the moment.
 */
export class MessageRejectedError extends Error {
  readonly type = "BUS_MESSAGE_REJECTED";

  constructor(
    /** Position of the message in the list that was published. */
    readonly index: number,
    reason: string,
  ) {
    super(reason);
    this.name = "MessageRejectedError";
  }
}

/** By `type`, because a class that was loaded twice is two classes. */
export function isMessageRejected(error: unknown): error is MessageRejectedError {
  return error instanceof Error && "type" in error && error.type === "BUS_MESSAGE_REJECTED";
}

/** Topics that can't be used as they are, e.g. with too few partitions. Nothing but a change at the servers helps. */
export class TopicsError extends Error {
  readonly type = "BUS_TOPICS_UNUSABLE";

  constructor(
    /** One sentence for each. */
    readonly problems: readonly string[],
  ) {
    super(problems.join("; "));
    this.name = "TopicsError";
  }
}

/** By `type`, because a class that was loaded twice is two classes. */
export function isTopicsError(error: unknown): error is TopicsError {
  return error instanceof Error && "type" in error && error.type === "BUS_TOPICS_UNUSABLE";
}
