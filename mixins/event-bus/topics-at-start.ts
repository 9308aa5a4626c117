import { pause } from "../waiting";
import { isTopicsError } from "./errors";
import type { EventBus } from "./types";

/** How long a start waits for a bus that doesn't answer, in ms. */
const patience = 5_000;

/**
 * Sees to the topics of a service that starts. Gives false when the bus is away: it is told, and to be tried again later.
 * @throws TopicsError when they can't be used
 */
export async function topicsAtStart(
  bus: Pick<EventBus, "ensureTopics">,
  topics: readonly string[],
  logger: { warn(message: string): void },
): Promise<boolean> {
  const late = new AbortController();
  const asked = bus.ensureTopics(topics);
  const tooLate = pause(patience, late.signal).then(() => {
    throw new Error(`no answer in ${patience} ms`);
  });
  try {
    await Promise.race([asked, tooLate]);
    return true;
  } catch (error) {
    if (isTopicsError(error)) throw error;
    logger.warn(`the event bus is away, what waits for it goes on when it is back: ${String(error)}`);
    return false;
  } finally {
    late.abort();
    await Promise.allSettled([tooLate]);
  }
}
