/**
 * Explicit-state model check of the saga protocol. What a node does next is decided by the engine's own plan (`mixins/saga/plan.ts`);
 * modelled around it are the log with its fence, the participants with their barriers, and a network that loses, repeats, delays and
 * reorders: a message once sent can arrive at any time, any number of times, or never. Two nodes run the saga; a claim may happen at any
 * time, which leaves the other node a zombie that goes on until a write of its own tells it. The deadline may pass at any time.
 *
 * The log is written behind: what a node has heard becomes durable with the next awaited write, at any other moment (a release), or never.
 *
 * Checked in every reachable state:
 * - I1 COMPLETED ⇒ every effect is there exactly once; no effect ever happens twice or is undone twice.
 * - I2 COMPENSATED ⇒ no net effect, whatever arrives later.
 * - I3 an undo is sent only once the decision is durable. I4 nothing is undone while the pivot stands done.
 * - I5 is the fence, and I9 is what lets a node be modelled by what it knows: a signal's payload never changes, a delay is begun once.
 * - I6 from every state there is a way to an end, and no signal is slept through.
 */
import { Graph } from "./graph";
import type { Model } from "./model";
import { Nodes } from "./nodes";
import { Participants } from "./participants";
import { Row } from "./row";
import { definitionOf, delay, get, is, keyOf, lastTick, Layout, log, type State } from "./state";

export interface Verdict {
  states: number;
  violation?: string;
  /** States in which the saga has ended so. */
  completed: number;
  compensated: number;
}

/** Explores every reachable state, or stops at the first that violates an invariant. */
export function check(model: Model, limit = 8_000_000): Verdict {
  const layout = new Layout(definitionOf(model.saga));
  const row = new Row(layout, model);
  const nodes = new Nodes(layout, row, model);
  const participants = new Participants(layout, model);
  const graph = new Graph();
  const verdict: Verdict = { states: 1, completed: 0, compensated: 0 };
  const start = layout.start();
  graph.reach(keyOf(start), undefined);
  let frontier: [State, number][] = [[start, 0]];
  while (frontier.length > 0) {
    const reached: [State, number][] = [];
    for (const [state, from] of frontier) {
      const acts = layout.nodes.flatMap((node) => nodes.act(state, node));
      const arrivals = layout.steps.flatMap((_, step) => participants.act(state, step));
      for (const next of [...acts, ...arrivals, ...row.send(state), ...tick(layout, state, model)]) {
        layout.sortNodes(next);
        const number = graph.reach(keyOf(next), from);
        if (number === undefined) continue;
        if (!layout.isOpen(next)) graph.end(number);
        verdict.states += 1;
        if (layout.logState(next) === log.COMPLETED) verdict.completed += 1;
        if (layout.logState(next) === log.COMPENSATED) verdict.compensated += 1;
        const violation = violationIn(layout, next, model) ?? (graph.states > limit ? `more than ${limit} states` : undefined);
        if (violation) return { ...verdict, violation };
        reached.push([next, number]);
      }
    }
    frontier = reached;
  }
  const stuck = graph.stuck();
  return stuck > 0 ? { ...verdict, violation: `I6 ${stuck} states from which the saga can't end` } : verdict;
}

/** Time goes on while somebody counts it. */
function tick(layout: Layout, state: State, { clock }: Model): State[] {
  const now = get(state, layout.outer("CLOCK"));
  if (!clock || now === lastTick) return [];
  const next = state.slice();
  next[layout.outer("CLOCK")] = now + 1;
  return [next];
}

function violationIn(layout: Layout, state: State, { mutant }: Model): string | undefined {
  const now = layout.logState(state);
  const pivotDone = layout.pivot >= 0 && layout.participant(state, layout.pivot).is === is.DONE;
  for (let step = 0; step < layout.steps.length; step++) {
    const { effects, undos } = layout.participant(state, step);
    if (effects > 1 && effects - undos > 1) return "I1 an effect happened twice";
    if (undos > effects) return "I1 an effect was undone twice";
    if (now === log.COMPLETED && effects - undos !== 1) return "I1 COMPLETED, but an effect is missing or undone";
    if (now === log.COMPENSATED && effects !== undos) return "I2 COMPENSATED, but an effect remains";
    if (undos > 0 && pivotDone) return "I4 undone although the pivot is done";
    const decided = now === log.COMPENSATING || now === log.COMPENSATED;
    // The mutant that breaks this rule is to show what comes of it.
    if (layout.posted(state, "undo", step) && !decided && mutant !== "undo before the decision")
      return "I3 an undo without a durable decision";
  }
  return violationOfWaits(layout, state);
}

function violationOfWaits(layout: Layout, state: State): string | undefined {
  const sent = get(state, layout.outer("SIGNAL"));
  const idle = get(state, layout.outer("SENDER")) === 0 && layout.nodes.every((node) => get(state, layout.own(node, "WRITING")) === 0);
  const asleep = layout.logState(state) === log.WAITING && get(state, layout.outer("DUE")) === 0;
  if (asleep && idle && sent > get(state, layout.outer("HEARD"))) return "I6 a signal is slept through";
  for (const { name, kind } of layout.waits) {
    const heard = layout.nodes.map((node) => get(state, layout.own(node, "LOADED")) - 1).filter((what) => what > 0);
    if (kind === "signal" && heard.some((what) => what !== sent)) return "I9 a signal's payload has changed";
    if (kind === "delay" && get(state, layout.wait(0, name)) === delay.ANEW) return "I9 a delay was begun anew";
  }
  return undefined;
}
