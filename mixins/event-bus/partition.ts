/** Which of `count` parts a key belongs to. The same for ever: order per key rests on it (FNV-1a over UTF-16 code units, 32 bits). */
export function partitionOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  // The low bits alone are those of the last characters; the fold lets all of them count.
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
