import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { atEnd } from "../../test/support/cleanup";
import { testDialect } from "../../test/support/database";
import type { ChildMessage } from "../servers/child";
import { cup, optionsFor } from "./monolith.fixture";

const onServer = testDialect === "mysql" ? describe : describe.skip;

onServer("the baseline's process", () => {
  const start = async () => {
    const child = fork(join(__dirname, "server.ts"), [JSON.stringify(await optionsFor("statements"))], {
      execArgv: ["--require", "tsx/cjs"],
    });
    atEnd(() => child.kill("SIGKILL"));
    const told = <K extends keyof ChildMessage>(kind: K) =>
      new Promise<ChildMessage[K]>((resolve, reject) => {
        child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
        child.on("message", (message: Partial<ChildMessage>) => message[kind] !== undefined && resolve(message[kind]));
      });
    return { child, told, url: await told("url") };
  };

  test("tells where it is and what CPU time it has used, and ends with 0 when it is told to", async () => {
    const { child, told, url } = await start();
    expect((await fetch(`${url}/api/v1/products/${cup.id}`)).status).toBe(200);
    const cpuMs = told("cpuMs");
    child.send("cpu");
    expect(await cpuMs).toBeGreaterThan(0);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("ends with 1 when its parent has gone", async () => {
    const { child } = await start();
    child.disconnect();
    expect(await once(child, "exit")).toEqual([1, null]);
  });
});
