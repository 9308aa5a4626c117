import { openSnapshot } from "../../scripts/reconcile/snapshots/snapshot";

/** In words, e.g. `3 orders completed`; what there is none of is left out. */
export function inWords(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([what, count]) => `${count} ${what}`).join(", ") || "nothing";
}

/** @param from a table's name, and perhaps `where …` */
export async function countRows(url: string, from: string): Promise<number> {
  const snapshot = await openSnapshot(url);
  try {
    const [row] = await snapshot.all<{ n: number }>(`select count(*) as n from ${from}`);
    return row?.n ?? 0;
  } finally {
    await snapshot.close();
  }
}
