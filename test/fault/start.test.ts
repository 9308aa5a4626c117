/** How the shop starts and stops, as whoever runs it sees it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { Client } from "../../scripts/client";
import { atEnd } from "../support/cleanup";

jest.setTimeout(120_000);

const root = mkdtempSync(join(tmpdir(), "shop-start-"));
atEnd(() => rmSync(root, { recursive: true, force: true }));

type Process = ChildProcessByStdio<null, Readable, Readable>;

function start(env: Record<string, string>): Process {
  const own = { ...process.env, PORT: "0", NODE_PORT: "0", TEST_DATABASE_URL: "", ...env };
  const child = spawn("sh", ["scripts/run.sh", "scripts/start.ts"], { env: own, stdio: ["ignore", "pipe", "pipe"] });
  atEnd(() => child.exitCode ?? child.signalCode ?? child.kill("SIGKILL"));
  return child;
}

async function outcome(child: Process): Promise<{ code: number | null; out: string; err: string }> {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit") as Promise<[number | null]>]);
  return { code, out, err };
}

/** Resolves with all that it has printed when the text is there. */
function said(child: Process, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes(what)) resolve(printed);
    });
    child.once("exit", () => reject(new Error(`ended without saying "${what}":\n${printed}`)));
  });
}

const open = (child: Process) => said(child, "Ctrl-C stops it.");

test("a NATS server that is away is one clear line and a non-zero exit", async () => {
  const key = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
  const env = {
    SERVICES: "gateway",
    TRANSPORTER: "nats://kim:secret@127.0.0.1:1",
    EVENTS: "off",
    TOKEN_PUBLIC_KEY: key,
    LOG_LEVEL: "error",
  };
  expect(await outcome(start({ DATA_DIR: join(root, "alone"), ...env }))).toEqual({
    code: 1,
    out: "",
    err: "the NATS server at 127.0.0.1:1 can't be reached: CONNECTION_REFUSED\n",
  });
});

test("a busy port is one clear line and a non-zero exit", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = String((server.address() as AddressInfo).port);
  const both: Record<string, string>[] = [
    { DATA_DIR: join(root, "busy"), PORT: port },
    { DATA_DIR: join(root, "busy-node"), NODE_PORT: port },
  ];
  for (const env of both) {
    const { code, out, err } = await outcome(start(env));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      new RegExp(`^(NODE_)?PORT: 127.0.0.1:${port} is in use by another process; [^\n]+ PORT, a NODE_PORT and a DATA_DIR of its own\n$`),
    );
  }
  server.close();
});

test.each([
  ["an unknown service", { SERVICES: "order,nothing" }, /^SERVICES="order,nothing" can't be used: [^\n]+\n$/],
  ["a folder that can't be written", { DATA_DIR: "/proc/self/nothing" }, /^DATA_DIR \/proc\/self\/nothing can't be [^\n]+\n$/],
  ["a folder that is a file", { DATA_DIR: join(root, "file") }, /^DATA_DIR \S+ is not a folder\n$/],
])("%s is one clear line and a non-zero exit", async (_what, env, line) => {
  writeFileSync(join(root, "file"), "");
  const { code, out, err } = await outcome(start({ DATA_DIR: join(root, "refused"), ...env }));
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(line);
});

test("a data folder in use is one clear line; SIGTERM drains and exits 0; a second start finds everything again", async () => {
  const dataDir = join(root, "shop");
  const first = start({ DATA_DIR: dataDir });
  const printed = await open(first);
  const second = await outcome(start({ DATA_DIR: dataDir }));
  expect({ ...second, err: second.err.split("\n") }).toEqual({ code: 1, out: "", err: [expect.stringContaining("is in use"), ""] });

  first.kill("SIGTERM");
  expect((await once(first, "exit"))[0]).toBe(0);
  expect(statSync(join(dataDir, "demo.json")).mode & 0o777).toBe(0o600);

  const again = start({ DATA_DIR: dataDir });
  const password = (all: string) => /password (\S+)/.exec(all)?.[1];
  expect(password(await open(again))).toBe(password(printed));
  again.kill("SIGINT");
  expect((await once(again, "exit"))[0]).toBe(0);
});

test("the three lines that are printed work when pasted", async () => {
  const shop = start({ DATA_DIR: join(root, "lines") });
  const printed = await open(shop);
  const lines = printed.split("\n").filter((line) => /^ {2}(TOKEN=\$\()?curl /.test(line));
  expect(lines).toHaveLength(3);
  const shell = spawn("sh", ["-e", "-c", lines.join("\n")], { stdio: ["ignore", "pipe", "inherit"] });
  const [products, order] = (await text(shell.stdout))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(products?.items).toHaveLength(3);
  expect(order).toMatchObject({ status: "COMPLETED" });
  shop.kill("SIGTERM");
  await once(shop, "exit");
});

test("databases that somebody else has filled are not seeded, and it is said", async () => {
  const dataDir = join(root, "theirs");
  const theirs = start({ DATA_DIR: dataDir, SEED: "none" });
  const [url = ""] = [/open at (\S+)/.exec(await open(theirs))?.[1]];
  const account = { email: "me@example.com", password: "correct horse", nickname: "Me" };
  expect((await new Client(url).post("/auth/register", account)).status).toBe(201);
  theirs.kill("SIGTERM");
  await once(theirs, "exit");

  const shop = start({ DATA_DIR: dataDir });
  const printed = await open(shop);
  expect(printed).toContain("No demo goods and accounts");
  const products = await new Client(/open at (\S+)/.exec(printed)?.[1] ?? "").get<{ items: unknown[] }>("/products");
  expect(products.body.items).toEqual([]);
  shop.kill("SIGTERM");
  await once(shop, "exit");
});

test("seeding that is killed half-way is finished by the next start, once (I8)", async () => {
  const dataDir = join(root, "seed");
  const killed = start({ DATA_DIR: dataDir });
  const file = join(dataDir, "demo.json");
  while (!existsSync(file)) await new Promise(setImmediate);
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ seeded: false });

  const shop = start({ DATA_DIR: dataDir });
  const printed = await open(shop);
  const [url = "", password = ""] = [/open at (\S+)/.exec(printed)?.[1], /password (\S+)/.exec(printed)?.[1]];
  const guest = new Client(url);
  const { body: tokens } = await guest.post<{ accessToken: string }>("/auth/login", { email: "customer@example.com", password });
  expect((await guest.as(tokens.accessToken).get("/points/me")).body).toMatchObject({ balance: 1_000_000 });
  expect((await guest.get<{ items: unknown[] }>("/products?limit=100")).body.items).toHaveLength(20);
  expect((await guest.get<{ items: unknown[] }>("/coupons?limit=100")).body.items).toHaveLength(2);
  shop.kill("SIGTERM");
  expect((await once(shop, "exit"))[0]).toBe(0);
});
