/** `npm run seed` and `npm run reconcile` as whoever runs them sees them: what they print, how they exit, what they leave. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { openDatabase, sqliteUrl } from "../../mixins/database";
import { atEnd } from "../../test/support/cleanup";
import { waitFor } from "../../test/support/wait";

jest.setTimeout(120_000);

const root = mkdtempSync(join(tmpdir(), "seed-cli-"));
atEnd(() => rmSync(root, { recursive: true, force: true }));
const dataDir = join(root, "data");
const out = join(root, "accounts.json");

function start(script: "seed" | "reconcile", args: readonly string[], folder = dataDir) {
  const env = { ...process.env, DATA_DIR: folder, PORT: "0", DATABASE_URL: "", NODE_ENV: "" };
  const child = spawn("sh", ["scripts/run.sh", `scripts/${script}/cli.ts`, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  atEnd(() => child.exitCode ?? child.signalCode ?? child.kill("SIGKILL"));
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit") as Promise<[number | null]>]);
  return { child, outcome: ended.then(([printed, complained, [code]]) => ({ code, printed, complained })) };
}

const run = (...given: Parameters<typeof start>) => start(...given).outcome;

test("what can't be done is one line and an exit code, and writes nothing", async () => {
  const notAFolder = join(root, "file");
  writeFileSync(notAFolder, "");
  const link = join(root, "link");
  symlinkSync(notAFolder, link);
  const [typo, elsewhere, url, nowhere, file] = await Promise.all([
    run("seed", ["--product=1", `--out=${out}`]),
    run("seed", [`--out=${link}`]), // a device, too, would be replaced by the file
    run("reconcile", ["--url=here"]),
    run("reconcile", [], join(root, "typo")),
    run("reconcile", [], notAFolder),
  ]);
  expect([typo, elsewhere, url, nowhere, file].map(({ code }) => code)).toEqual([2, 2, 2, 3, 3]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  for (const { printed, complained } of [typo, elsewhere, url, nowhere, file]) {
    expect(printed).toBe("");
    expect(complained).toMatch(/^[^\n]+\n$/);
  }
  expect(typo.complained).toBe("Unknown option '--product'; see --help\n");
  expect(nowhere.complained).toMatch(`DATA_DIR ${join(root, "typo")} holds no shop`);
  expect([dataDir, out, join(root, "typo")].filter(existsSync)).toEqual([]);
});

test("a new folder is filled while no shop runs, and reconcile exits 0; 1 with the rows when something doesn't agree", async () => {
  const sizes = ["--products=10", "--customers=4", "--points=1000000000", "--stock=1000000", "--token-ttl=1d"];
  expect(await run("seed", [...sizes, `--out=${out}`])).toMatchObject({ code: 0, printed: expect.stringContaining(out) });
  const { products, customers } = JSON.parse(readFileSync(out, "utf8")) as Record<"products" | "customers", object[]>;
  expect([products.length, customers.length]).toEqual([10, 4]);
  const clean = await run("reconcile", []);
  expect(clean).toMatchObject({ code: 0, complained: "" });
  expect(clean.printed).toMatch(/^rule +checked +under way +violations\nstock +10 +0 +0\n/);
  expect(clean.printed).toContain("unsent events of product: 10");

  const away = await run("reconcile", ["--url=http://127.0.0.1:9"]);
  expect(away).toEqual({ code: 3, printed: "", complained: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9 can't be asked: [^\n]+\n$/) });

  const db = await openDatabase({ name: "point", url: sqliteUrl(join(dataDir, "point.sqlite")), migrations: [] });
  await db.transaction((tx) => tx.execute("update point set balance = 7"));
  await db.close();
  const [told, json] = await Promise.all([run("reconcile", []), run("reconcile", ["--json"])]);
  expect(told).toMatchObject({ code: 1, complained: "" });
  expect(told.printed).toMatch(/balances +4 +0 +4\n/);
  expect(told.printed.match(/\[balances\] user \S+: balance is 7, the history makes 1000000000/g)).toHaveLength(4);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.printed)).toMatchObject({ violations: Array.from({ length: 4 }, () => ({ rule: "balances" })) });
});

test("Ctrl-C ends the seeding between two batches, and leaves no file", async () => {
  const { child, outcome } = start("seed", ["--customers=1000000", `--out=${join(root, "never.json")}`], join(root, "data2"));
  await waitFor(() => existsSync(join(root, "data2", "token-key.pem")), { what: "it to begin", timeoutMs: 60_000 });
  child.kill("SIGINT");
  expect(await outcome).toMatchObject({ code: 130, complained: expect.stringContaining("Interrupted") });
  expect(readdirSync(root).filter((name) => name.startsWith("never"))).toEqual([]);
});
