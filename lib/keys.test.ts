import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { loadConfig, type Config } from "./config";
import { keptSecret, tokenKeys } from "./keys";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keys-"));
});
afterEach(() => rm(folder, { recursive: true }));

const config = (env: Record<string, string> = {}): Config => loadConfig({ DATA_DIR: join(folder, "data"), ...env }, ["gateway", "user"]);
const pemOf = (keys: { publicKey: { export(options: object): string | Buffer } }) =>
  keys.publicKey.export({ type: "spki", format: "pem" }).toString();

test("a pair is made once, kept in the data folder, readable by its owner only", async () => {
  const first = await tokenKeys(config());
  const second = await tokenKeys(config());
  expect(pemOf(second)).toBe(pemOf(first));
  expect(await readdir(join(folder, "data"))).toEqual(["token-key.pem"]);
  expect((await stat(join(folder, "data", "token-key.pem"))).mode & 0o777).toBe(0o600);
});

test("two nodes that start at once get one secret, and leave no drafts behind", async () => {
  const file = join(folder, "secret");
  const all = await Promise.all(Array.from({ length: 50 }, (_, at) => keptSecret(file, () => `secret-${at}`)));
  expect(new Set(all).size).toBe(1);
  expect(await readdir(folder)).toEqual(["secret"]);
});

test("two processes that start at once get one secret", async () => {
  const script = `require("tsx/cjs");
    const { keptSecret } = require(${JSON.stringify(join(__dirname, "keys.ts"))});
    process.stdin.once("data", () => keptSecret(${JSON.stringify(join(folder, "secret"))}, () => String(process.pid)).then((secret) => process.stdout.write(secret)));
    process.stderr.write("ready");`;
  const children = Array.from({ length: 3 }, () => spawn(process.execPath, ["-e", script], { cwd: join(__dirname, "..") }));
  await Promise.all(children.map((child) => once(child.stderr, "data")));
  for (const child of children) child.stdin.end("go");
  const secrets = await Promise.all(children.map((child) => text(child.stdout)));
  expect(new Set(secrets).size).toBe(1);
  expect(children.map((child) => String(child.pid))).toContain(secrets[0]);
});

test("given keys are used and nothing is written", async () => {
  const made = await tokenKeys(config());
  const privatePem = await readFile(join(folder, "data", "token-key.pem"), "utf8");
  const elsewhere = { DATA_DIR: join(folder, "elsewhere") };
  expect(pemOf(await tokenKeys(config({ ...elsewhere, TOKEN_PRIVATE_KEY: privatePem })))).toBe(pemOf(made));
  const onlyPublic = await tokenKeys(loadConfig({ ...elsewhere, TOKEN_PUBLIC_KEY: pemOf(made), SERVICES: "gateway" }, ["gateway", "user"]));
  expect(onlyPublic.privateKey).toBeUndefined();
  expect(await readdir(folder)).toEqual(["data"]);
});

test("keys that don't belong together are refused", async () => {
  await tokenKeys(config());
  const privatePem = await readFile(join(folder, "data", "token-key.pem"), "utf8");
  const other = await tokenKeys(config({ DATA_DIR: join(folder, "other") }));
  await expect(tokenKeys(config({ TOKEN_PRIVATE_KEY: privatePem, TOKEN_PUBLIC_KEY: pemOf(other) }))).rejects.toThrow(/doesn't belong to/);
});

test("none are made up in production", async () => {
  const production = loadConfig({ NODE_ENV: "production", SERVICES: "order", DATA_DIR: join(folder, "data") }, ["order"]);
  await expect(tokenKeys(production)).rejects.toThrow(/no keys are made up in production/);
  expect(await readdir(folder)).toEqual([]);
});

test("a file that was damaged is named in one line, not replaced", async () => {
  const file = join(folder, "data", "token-key.pem");
  await tokenKeys(config());
  await writeFile(file, "garbage");
  await expect(tokenKeys(config())).rejects.toThrow(`${file} doesn't hold a private key`);
  expect(await readFile(file, "utf8")).toBe("garbage");
});

test("a folder that can't be made is an error", async () => {
  await writeFile(join(folder, "data"), "a file");
  await expect(tokenKeys(config())).rejects.toMatchObject({ code: "ENOTDIR" });
});
