/** The launcher, with an npm that only writes what npm writes at the end of an installation. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { waitFor } from "../test/support/wait";

let root: string;
const children: ChildProcess[] = [];

/** Notes that it ran; waits for the file `go` when there is a file `wait`; installs what the lock file says. */
const npm = `
const fs = require("fs");
fs.appendFileSync("ran", process.argv.slice(2).join(" ") + "\\n");
fs.mkdirSync("node_modules", { recursive: true });
const finish = () => fs.existsSync("wait") && !fs.existsSync("go") ? setTimeout(finish, 5) : fs.copyFileSync("package-lock.json", "node_modules/.package-lock.json");
if (fs.existsSync("fail")) process.exit(7); else finish();
`;

function lock(version: string, more: object = {}) {
  const packages = { "": { name: "shop" }, "node_modules/a": { version, integrity: `sha512-${version}` }, ...more };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "launch-"));
  mkdirSync(join(root, "scripts"));
  copyFileSync(join(__dirname, "launch.cjs"), join(root, "scripts", "launch.cjs"));
  writeFileSync(join(root, "npm-cli.js"), npm);
  lock("1.0.0");
});

afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

function start(): ChildProcess {
  const env = { ...process.env, npm_execpath: join(root, "npm-cli.js"), NODE_ENV: undefined };
  const child = spawn(process.execPath, [join(root, "scripts", "launch.cjs")], { env, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return child;
}

async function launch(): Promise<{ code: number | null; out: string; err: string }> {
  const child = start();
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "exit") as Promise<[number | null]>]);
  return { code, out, err };
}

const installs = () => (existsSync(join(root, "ran")) ? readFileSync(join(root, "ran"), "utf8").trim().split("\n").length : 0);
const isHeld = () => existsSync(join(root, ".npm-ci.lock"));

test("installs once, then prints the path of a Node, on standard output alone", async () => {
  expect(await launch()).toEqual({ code: 0, out: `${process.execPath}\n`, err: expect.stringContaining("Installing") });
  expect(await launch()).toEqual({ code: 0, out: `${process.execPath}\n`, err: "" });
  expect(installs()).toBe(1);
  expect(isHeld()).toBe(false);
});

test.each<[string, () => void]>([
  ["has another version", () => lock("2.0.0")],
  ["names one more package", () => lock("1.0.0", { "node_modules/b": { version: "1.0.0" } })],
])("installs again when the lock file %s, whatever the files' times", async (_what, change) => {
  await launch();
  change();
  expect((await launch()).code).toBe(0);
  expect(installs()).toBe(2);
});

test("an optional package of another platform may be missing", async () => {
  await launch();
  lock("1.0.0", { "node_modules/b": { version: "1.0.0", optional: true } });
  await launch();
  expect(installs()).toBe(1);
});

test("an installation that was killed is done again, though it looks complete", async () => {
  writeFileSync(join(root, "wait"), "");
  const killed = start();
  await waitFor(() => installs() === 1 && readFileSync(join(root, ".npm-ci.lock"), "utf8").includes(" "), { what: "npm to run" });
  for (const pid of readFileSync(join(root, ".npm-ci.lock"), "utf8").split(" ")) process.kill(Number(pid), "SIGKILL");
  await once(killed, "exit");
  copyFileSync(join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json"));
  rmSync(join(root, "wait"));
  expect((await launch()).code).toBe(0);
  expect(installs()).toBe(2);
});

test("of two launchers one installs, the other waits for it", async () => {
  writeFileSync(join(root, "wait"), "");
  const first = launch();
  await waitFor(isHeld, { what: "the first to hold the lock" });
  const second = start();
  expect(String(await once(second.stderr!, "data"))).toContain("Waiting");
  writeFileSync(join(root, "go"), "");
  const [, [code]] = await Promise.all([first, once(second, "exit")]);
  expect(code).toBe(0);
  expect(installs()).toBe(1);
});

test("a failed installation is said in one line, and tried again the next time", async () => {
  writeFileSync(join(root, "fail"), "");
  expect(await launch()).toMatchObject({ code: 1, out: "", err: expect.stringContaining("npm ci did not finish (exit code 7)") });
  rmSync(join(root, "fail"));
  expect((await launch()).code).toBe(0);
});
