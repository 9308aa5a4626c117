import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DataDirError, prepareDataDir, takeDataDir } from "./data-dir";

const root = mkdtempSync(join(tmpdir(), "data-dir-"));

afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a folder that is missing is created, with those above it", () => {
  const path = join(root, "a", "b", "c");
  takeDataDir(path).release();
  expect(statSync(path).isDirectory()).toBe(true);
});

test("a folder is given to one process at a time, and free after its release", () => {
  const path = join(root, "one");
  const first = takeDataDir(path);
  expect(() => takeDataDir(path)).toThrow(
    `DATA_DIR ${path} is in use by another shop or node that is running; each process needs a DATA_DIR`,
  );
  first.release();
  first.release();
  takeDataDir(path).release();
});

test("a folder whose process was killed is free at once", async () => {
  const path = join(root, "killed");
  const hold = `const { takeDataDir } = require("./lib/data-dir"); takeDataDir(${JSON.stringify(path)}); console.log("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--require", "tsx/cjs", "--eval", hold], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(holder.stdout, "data");
    expect(() => takeDataDir(path)).toThrow("is in use");
  } finally {
    holder.kill("SIGKILL");
    await once(holder, "exit");
  }
  takeDataDir(path).release();
});

test.each([
  ["a file", () => join(root, "file"), /file is not a folder$/],
  ["a path below a file", () => join(root, "file", "below"), /below is not a folder$/],
])("%s is refused in one line", (_what, path, line) => {
  writeFileSync(join(root, "file"), "");
  expect(() => prepareDataDir(path())).toThrow(DataDirError);
  expect(() => prepareDataDir(path())).toThrow(line);
});

/** Root may write everywhere but where the kernel says no. */
const isRoot = process.getuid?.() === 0;

test("a folder that can't be written is refused in one line, and doesn't hang", () => {
  const path = join(root, "closed");
  takeDataDir(path).release();
  chmodSync(path, 0o500);
  const closed = isRoot ? "/proc/self/nothing" : path;
  expect(() => takeDataDir(closed)).toThrow(/^DATA_DIR \S+ can't be (written: permission denied|created there)$/);
});
