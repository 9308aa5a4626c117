/**
 * What a test file opened and must close again, last opened first closed.
 * Jest runs `afterAll` hooks in the order of their definition, and this file's is defined when it is imported: so stop brokers and close
 * databases by `atEnd(…)` rather than by an `afterAll` at a file's top level, which would run after the databases have been removed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Work = () => unknown;

const works: Work[] = [];

/** Runs the work after the file's last test. May be called anywhere, also inside a test or a hook. */
export function atEnd(work: Work): void {
  works.push(work);
}

/** A new folder, whose name begins with the prefix; it goes with the test file. */
export async function temporaryFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

afterAll(async () => {
  const failures: unknown[] = [];
  for (let work = works.pop(); work; work = works.pop()) {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "the test file could not be cleaned up");
});
