import { setTimeout as delay } from "node:timers/promises";

import { SingleBar } from "cli-progress";

import type { Desk, Rebuild } from "./desk";

const everyMs = 200;

/** Shows how a rebuild goes on until it has ended: a bar on a terminal, a line for each stage elsewhere. */
export async function follow(desk: Pick<Desk, "status">, begun: Rebuild, stream: NodeJS.WriteStream): Promise<Rebuild> {
  const show = stream.isTTY ? bar(stream) : lines(stream);
  for (let now = begun; ; await delay(everyMs)) {
    now = (await desk.status()) ?? now;
    const isOver = now.id !== begun.id || now.state === "DONE" || now.state === "FAILED";
    show(now, isOver);
    if (isOver) return now;
  }
}

type Show = (rebuild: Rebuild, isOver: boolean) => void;

const stages = { BUILDING: "building", CATCHING_UP: "catching up", DONE: "done", FAILED: "failed" };

/** Until somebody knows how many there are, what is counted is what was read from the owners. */
function stageOf({ state, total }: Rebuild): string {
  return state === "BUILDING" && total === 0 ? "reading" : stages[state];
}

function bar(stream: NodeJS.WriteStream): Show {
  const one = new SingleBar({ format: "{stage} [{bar}] {value}/{total} {rate}/s {eta_formatted}", stream, hideCursor: true });
  const since = performance.now();
  one.start(1, 0, { stage: "reading", rate: 0 });
  return (rebuild, isOver) => {
    const rate = Math.round((rebuild.done * 1_000) / (performance.now() - since));
    one.setTotal(Math.max(rebuild.total, rebuild.done, 1));
    one.update(rebuild.done, { stage: stageOf(rebuild).padEnd(11), rate });
    if (isOver) one.stop();
  };
}

function lines(stream: NodeJS.WriteStream): Show {
  const since = performance.now();
  let told = "";
  return (rebuild, isOver) => {
    const stage = stageOf(rebuild);
    if (stage === told) return;
    told = stage;
    const rate = isOver ? `, ${Math.round((rebuild.done * 1_000) / Math.max(1, performance.now() - since))}/s` : "";
    stream.write(`${stage}: ${rebuild.done} of ${rebuild.total}${rate}\n`);
  };
}
