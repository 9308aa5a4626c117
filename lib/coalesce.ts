/** Reads by key that share statements, as group commit's calls share transactions. */

interface Waiting<K, V> {
  key: K;
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

/**
 * What is asked for in one turn of the event loop, or while the last statement is under way, is read with one. Nothing is read before it is
 * asked for, so an answer is never older than its question, and nothing waits for company.
 * @param read values by key; what it leaves out is undefined. When it rejects, so do all who wait for it.
 * @param max keys that share a statement at most
 */
export function coalesced<K, V>(read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>, max = 128): (key: K) => Promise<V | undefined> {
  let waiting: Waiting<K, V>[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const asked = waiting.slice(0, max);
      waiting = waiting.slice(max);
      try {
        const found = await read([...new Set(asked.map(({ key }) => key))]);
        for (const { key, resolve } of asked) resolve(found.get(key));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    busy = false;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (busy) return;
      busy = true;
      setImmediate(() => void flush());
    });
}
