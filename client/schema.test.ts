import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

test("schema.ts is what the API's document gives now: else `npm run client`", async () => {
  const folder = await mkdtemp(join(tmpdir(), "client-"));
  const file = join(folder, "schema.ts");
  try {
    await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", "scripts/generate-client.ts", file], {
      cwd: join(__dirname, ".."),
    });
    expect(await readFile(join(__dirname, "schema.ts"), "utf8")).toBe(await readFile(file, "utf8"));
  } finally {
    await rm(folder, { recursive: true });
  }
});
