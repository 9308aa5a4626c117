import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";

import { atEnd, temporaryFolder } from "../support/cleanup";
import { waitFor } from "../support/wait";
import { OwnServer } from "./own-server";

jest.setTimeout(120_000);

test("a gateway that waits for other nodes says for whom, and stops when it is told to", async () => {
  const nats = await OwnServer.start("nats");
  const env = {
    DATA_DIR: await temporaryFolder("gateway-"),
    SERVICES: "gateway",
    TRANSPORTER: nats.url,
    EVENTS: "off",
    TOKEN_PUBLIC_KEY: generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString(),
    PORT: "0",
    NODE_PORT: "0",
  };
  const flags = ["--disable-warning=ExperimentalWarning", "--require", "tsx/cjs"];
  const node = spawn(process.execPath, [...flags, "scripts/start.ts"], { env: { ...process.env, ...env }, stdio: "pipe" });
  atEnd(() => node.kill("SIGKILL"));
  let said = "";
  for (const stream of [node.stdout, node.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await waitFor(() => said.includes("waiting for user, product"), { what: "the wait to be told of", timeoutMs: 60_000 });
  node.kill("SIGTERM");
  const [code] = (await once(node, "exit")) as [number | null];
  expect({ code, isOpen: said.includes("open at") }).toEqual({ code: 0, isOpen: false });
});
