import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const pom = join(__dirname, "pom.xml");
const cache = resolve(__dirname, "../../node_modules/.cache");

/**
 * The folder of Kafka's jars, which Maven fetches the first time (44 MB). Several processes may ask at once: each fetches into a folder
 * of its own, and the first to finish gives the name.
 */
export function kafkaJars(): string {
  const folder = join(cache, `kafka-${createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 8)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fetched = mkdtempSync(`${folder}-`);
  try {
    run("mvn", ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${fetched}`]);
    if (!existsSync(folder)) renameSync(fetched, folder);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
  return folder;
}

function run(program: string, args: readonly string[]): void {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (error)
    throw new Error(
      `${program} is missing: Kafka comes by Maven and runs on Java 17 (Debian's packages maven and openjdk-17-jre-headless)`,
    );
  if (status !== 0) throw new Error(`${program} failed:\n${stdout}${stderr}`);
}
