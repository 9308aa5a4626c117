/** `npm run bench` as whoever runs it sees it: what it prints, how it exits, what it leaves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { atEnd } from "../test/support/cleanup";
import { waitFor } from "../test/support/wait";

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), "bench-test-"));
atEnd(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]) {
  const child = spawn("sh", ["scripts/run.sh", "bench/bench.ts", ...args], {
    ...{ cwd: join(__dirname, ".."), env: { ...process.env, TMPDIR: folder }, stdio: ["ignore", "pipe", "pipe"] },
  });
  atEnd(() => child.exitCode ?? child.signalCode ?? child.kill("SIGKILL"));
  const ended = Promise.all([text(child.stdout!), text(child.stderr!), once(child, "exit") as Promise<[number | null]>]);
  return { child, outcome: ended.then(([printed, complained, [code]]) => ({ code, printed, complained })) };
}

/** What a run has made in the folder of temporary files and not removed; tsx keeps its cache there. */
const left = () => readdirSync(folder).filter((name) => name.startsWith("shop-bench-"));

test("a short run on files prints its figures, finds nothing wrong, and leaves nothing", async () => {
  const { code, printed, complained } = await start("checkout", "--c=2", "--seconds=0.5", "--rounds=1", "--warmup=0").outcome;
  expect([code, complained]).toEqual([0, ""]);
  const [, , head, row] = printed.split("\n");
  expect(head).toMatch(/^ +C +side +checkouts\/s +until applied +p50 ms +p95 ms +p99 ms +CPU server +database +client$/);
  expect(row).toMatch(/^ +2 +ours( +[\d.]+){6} +– +[\d.]+$/);
  const [, completed] = /recount of ours: (\d+) orders completed, no violation/.exec(printed) ?? [];
  expect(Number(completed)).toBeGreaterThan(0);
  expect(left()).toEqual([]);
});

test("one that is interrupted removes what it has made", async () => {
  const { child, outcome } = start("saga", "--c=2", "--seconds=600", "--rounds=1", "--warmup=0");
  await waitFor(() => left().length > 0 || child.exitCode !== null, { timeoutMs: 60_000, what: "the run's folder" });
  child.kill("SIGINT");
  expect(await outcome).toEqual({ code: 130, printed: "", complained: "Interrupted: what was made for the run is removed.\n" });
  expect(left()).toEqual([]);
});

test("what can't be measured is one line, and exit code 2", async () => {
  const { code, printed, complained } = await start("checkout-path").outcome;
  expect([code, printed]).toEqual([2, ""]);
  expect(complained).toMatch(/^checkout-path needs --database=[^\n]+\n$/);
});

test("a database that is away is one line, without the password", async () => {
  const { code, printed, complained } = await start("checkout", "--database=mysql://root:secret@127.0.0.1:1/bench").outcome;
  expect([code, printed]).toEqual([1, ""]);
  expect(complained).toBe("--database: the database can't be used: connect ECONNREFUSED 127.0.0.1:1\n");
});
