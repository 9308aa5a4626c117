import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { atEnd } from "../test/support/cleanup";
import { bodyOf, posts } from "./load/request";
import { measure, type Run, warmUpClients } from "./run";
import type { Side, StatusCounts } from "./servers/side";
import type { SideName, Workload } from "./workloads/workload";

/** What happens, in its order. */
const log: string[] = [];
const told: Partial<Record<SideName, StatusCounts>> = {};

/** A server that answers at once, and says that each answer has cost 2 ms, and each second that it is measured none. */
async function sideNamed(name: SideName): Promise<Side> {
  let answers = 0;
  const server = createServer((_req, res) => {
    answers++;
    res.writeHead(201, { "Content-Length": 2 }).end("{}");
  }).listen(0, "127.0.0.1");
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return {
    name,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    processes: [{ name: "server", cpuMs: () => Promise.resolve(answers * 2) }],
    settle: async () => void log.push(`${name} settles`),
    judge(answered) {
      told[name] = answered;
      return Promise.resolve({ violations: name === "ours" ? ["a sum is wrong"] : [], recounted: "" });
    },
  };
}

const workload: Workload = {
  counts: "things",
  needs: () => ({ stocks: [], quantities: [], customers: 0 }),
  work({ side, url, c, lot, goesOn }) {
    log.push(`${side} ${c} ${lot}`);
    const post = posts(url, "/");
    return { clients: new Array(c).fill(() => post(bodyOf({}))), expects: [201], goesOn };
  },
  wrong: ({ side, lot }) => (side === "baseline" && lot === 2 ? ["sold too much"] : []),
};

test("the sides take turns, each settles before the other's turn, and what is wrong with either is told", async () => {
  const run: Run = {
    ...{ workload, sides: [await sideNamed("ours"), await sideNamed("baseline")], warmUp: { answers: 100, seconds: 0 } },
    ...{ goods: { products: [], coupons: [], customers: [] }, extent: { levels: [1, 3], rounds: 2, seconds: 0.05 } },
    ...{ databaseCpu: undefined, progress: { begin: () => 0, done: () => 0, end: () => 0 }, signal: new AbortController().signal },
  };
  const { measured, verdicts, idle } = await measure(run);
  const turn = (c: number, lot: number) => [`ours ${c} ${lot}`, "ours settles", `baseline ${c} ${lot}`, "baseline settles"];
  expect(log).toEqual([...turn(warmUpClients, 0), ...turn(1, 1), ...turn(1, 2), ...turn(3, 3), ...turn(3, 4)]);
  expect(measured.map(({ side, c, rounds, figures }) => [side, c, rounds.length, figures.servers])).toEqual([
    ["ours", 1, 2, { server: 2 }],
    ["baseline", 1, 2, { server: 2 }],
    ["ours", 3, 2, { server: 2 }],
    ["baseline", 3, 2, { server: 2 }],
  ]);
  expect(verdicts.map(({ side, violations }) => [side, violations])).toEqual([
    ["ours", ["a sum is wrong"]],
    ["baseline", ["sold too much"]],
  ]);
  expect(told.ours?.[201]).toBeGreaterThan(100);
  expect(idle).toEqual({ ours: 0, baseline: 0 });
});

test("a run that is called off measures nothing more", async () => {
  log.length = 0;
  const run: Run = {
    ...{ workload, sides: [await sideNamed("ours")], warmUp: { answers: 1, seconds: 0 } },
    ...{ goods: { products: [], coupons: [], customers: [] }, extent: { levels: [1], rounds: 1, seconds: 0.05 } },
    ...{ databaseCpu: undefined, progress: { begin: () => 0, done: () => 0, end: () => 0 }, signal: AbortSignal.abort() },
  };
  await expect(measure(run)).rejects.toThrow("aborted");
  expect(log).toEqual([]);
});
