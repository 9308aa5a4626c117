/** Replays a consumer's dead letters in a process of its own, a line for each, until there are none or somebody kills it. */
import { writeSync } from "node:fs";

import { by, deskOf, openLetters } from "./letters.fixture";

async function replayForEver([url = ""]: readonly string[]): Promise<void> {
  const db = await openLetters(url);
  const desk = deskOf(db, new Set());
  for (let left = true; left;) {
    const { replays, next } = await desk.replayAll({ limit: 1 }, by);
    left = next !== undefined;
    writeSync(1, replays.map(({ id, verdict }) => `${id} ${verdict}\n`).join(""));
  }
  await db.close();
}

void replayForEver(process.argv.slice(2));
