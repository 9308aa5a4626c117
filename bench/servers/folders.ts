import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Lifetime } from "../lifetime";

export async function temporaryFolder(lifetime: Lifetime): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "shop-bench-"));
  lifetime.atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
