import { styleText } from "node:util";

import type { ServiceBroker } from "moleculer";

import type { SagaEndNotice, SagaStepNotice } from "../../mixins/saga";

type Style = Parameters<typeof styleText>[0];

/** Colours on a terminal, plain text elsewhere (`NO_COLOR` and `FORCE_COLOR` are heeded). */
const paint = (style: Style) => (text: string) => styleText(style, text, { stream: process.stdout });

export const colour = { bold: paint("bold"), dim: paint("dim"), green: paint("green"), red: paint("red") };

/** Prints each step of each saga as it happens: when it came back since the saga's first sign, and how long it took. */
export function showSaga(broker: ServiceBroker): void {
  broker.localBus.on("$saga.step", ({ step, phase, outcome, ms }: SagaStepNotice) => {
    const mark = outcome === "done" ? colour.green("✔") : colour.red("✘");
    const what = phase === "forward" ? step : `${phase} of ${step}`;
    console.log(`      ${mark} ${what.padEnd(16)} ${outcome.padEnd(8)} ${colour.dim(`${ms.toFixed(1).padStart(6)} ms`)}`);
  });
  broker.localBus.on("$saga.end", ({ type, state, ms, cause }: SagaEndNotice) => {
    console.log(`      ${colour.bold(`${type} ${state}`)}${cause ? ` (${cause})` : ""} ${colour.dim(`after ${ms.toFixed(1)} ms`)}`);
  });
}
