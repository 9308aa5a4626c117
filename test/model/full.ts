/** The model check in full: `node --max-old-space-size=7000 --import tsx test/model/full.ts`. Exits non-zero when a model doesn't hold. */
import { check } from "./check";
import { bounded, full } from "./model";

for (const model of [...bounded, ...full]) {
  const begun = Date.now();
  const { states, completed, compensated, violation } = check(model);
  const took = `${states} states in ${((Date.now() - begun) / 1000).toFixed(1)} s, ${completed} COMPLETED, ${compensated} COMPENSATED`;
  console.log(`${JSON.stringify(model).padEnd(52)} ${violation ?? "holds"}: ${took}`);
  if (violation) process.exitCode = 1;
}
