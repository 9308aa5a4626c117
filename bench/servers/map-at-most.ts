/** The results of `work` for each item, of which at most so many are worked on at once. */
export async function mapAtMost<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>, atOnce = 1): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map((item, n) => work(item, at + n)))));
  return results;
}
