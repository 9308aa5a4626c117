/** Where sagas are played with faults, one after the other, and what was seen is judged. */
import { pivotOf, UNAVAILABLE } from "../../../mixins/saga/plan";
import { Dice, randomFrom } from "../random";
import { boundedTransactions } from "./boundaries";
import { canStrike, type FaultKind, type Place, textOf } from "./faults";
import { createEndTable, keepingEnds } from "./observed";
import { Play, type Played } from "./play";
import type { Plan } from "./script";
import { changesOf, type End, endOf, violationsOf } from "./verdict";
import { VirtualTime } from "./virtual-time";
import { isCompensated, type SagaWorld, type Scenario } from "./world";

export class Theatre {
  #play: Play | undefined;
  readonly #clean = new Map<Scenario, Promise<Played>>();

  private constructor(private readonly world: SagaWorld) {
    const between = new VirtualTime();
    for (const db of world.participants) {
      const transaction = db.transaction.bind(db);
      const pass = async (side: Place["side"]) => this.#play?.passParticipant(db.name, side);
      const time = () => this.#play?.time ?? between;
      Object.assign(db, { transaction: boundedTransactions(transaction, time, () => ({ pass })) });
    }
  }

  static async open(world: SagaWorld): Promise<Theatre> {
    await createEndTable(world.host);
    return new Theatre({ ...world, saga: keepingEnds(world.saga) });
  }

  /** What is wrong with the run in which nothing goes wrong. */
  async rehearse(scenario: Scenario): Promise<string[]> {
    const played = await this.#rehearsed(scenario);
    const end = endOf(played.before);
    const expected = isCompensated(scenario) ? "COMPENSATED" : "COMPLETED";
    const { verify } = pivotOf(this.world.saga.definition) ?? {};
    const asked = played.places.flat().some(({ what }) => what === verify);
    return [
      ...(await this.#wrongWith(played)),
      ...(end?.state === expected && end.cause !== UNAVAILABLE ? [] : [`it should be ${expected} and is ${JSON.stringify(end)}`]),
      ...(scenario.unknown && !asked ? [`${verify} was never asked`] : []),
    ];
  }

  /** Every fault of the kind, or so many of them. */
  async singles(scenario: Scenario, kind: FaultKind, most = Infinity): Promise<{ runs: number; violations: string[] }> {
    const [places = []] = (await this.#rehearsed(scenario)).places;
    const plans = places.filter((place) => canStrike(kind, place)).map((at): Plan => [{ kind, at }]);
    return this.#all(scenario, some(plans, most, `${scenario.name} ${kind}`));
  }

  /** Every crash during the recovery of every crash, or so many of them. */
  async pairs(scenario: Scenario, most = Infinity): Promise<{ runs: number; violations: string[] }> {
    const [places = []] = (await this.#rehearsed(scenario)).places;
    const crashes = places.filter((place) => canStrike("crash", place));
    const plans: Plan[] = [];
    for (const at of some(crashes, 1 + most / 4, `${scenario.name} first`)) {
      const first = { kind: "crash", at } as const;
      const recovery = (await this.#act(scenario, [first], 1)).places[1] ?? [];
      for (const place of recovery) if (canStrike("crash", place)) plans.push([first, { kind: "crash", at: place }]);
    }
    return this.#all(scenario, some(plans, most, `${scenario.name} second`));
  }

  async #all(scenario: Scenario, plans: readonly Plan[]): Promise<{ runs: number; violations: string[] }> {
    const violations: string[] = [];
    for (const plan of plans) {
      const where = plan.map(({ kind, at }) => `${kind} ${textOf(at)}`).join(", then ");
      for (const wrong of await this.#judged(scenario, plan)) violations.push(`${where}: ${wrong}`);
    }
    return { runs: plans.length, violations };
  }

  async #judged(scenario: Scenario, plan: Plan): Promise<string[]> {
    try {
      // Who recovers after one crash recovers beside another who does; a second crash leaves one of them alone.
      const played = await this.#act(scenario, plan, plan.length === 1 ? 2 : 1);
      const [end, without] = [endOf(played.before), endOf((await this.#rehearsed(scenario)).before)];
      const differs = !this.#mayDiffer(plan, end) && JSON.stringify(end) !== JSON.stringify(without);
      return [
        ...(await this.#wrongWith(played)),
        ...(differs ? [`I6: it ends as ${JSON.stringify(end)}, and without a fault as ${JSON.stringify(without)}`] : []),
      ];
    } catch (error) {
      return [`I6: ${(error as Error).message}`];
    }
  }

  /** A saga whose start was not committed was never started; one that can't go on in time, or does without a participant, is compensated. */
  #mayDiffer([first]: Plan, end: End | undefined): boolean {
    if (end?.state === "never started") return first !== undefined && isStart(first.at);
    const { timedOut, waits } = this.world.saga.definition;
    const tooLong = [UNAVAILABLE, timedOut, ...waits.map((wait) => wait.timedOut)];
    if (first?.kind === "crash, recovered too late" && end?.state === "COMPLETED") return true;
    return (first?.kind === "outage" || first?.kind === "crash, recovered too late") && tooLong.includes(end?.cause ?? "");
  }

  async #wrongWith({ before, after, violations }: Played): Promise<string[]> {
    return [...violations, ...(await violationsOf(this.world, before)), ...changesOf(before, after)];
  }

  #rehearsed(scenario: Scenario): Promise<Played> {
    const known = this.#clean.get(scenario) ?? this.#act(scenario, [], 0);
    this.#clean.set(scenario, known);
    return known;
  }

  async #act(scenario: Scenario, plan: Plan, heirs: number): Promise<Played> {
    const prepared = await this.world.prepare(scenario);
    this.#play = new Play(this.world, plan, heirs);
    try {
      return await this.#play.run(prepared, scenario);
    } finally {
      this.#play = undefined;
    }
  }
}

const isStart = ({ kind, side, nth }: Place): boolean => kind === "log" && side !== "after" && nth === 1;

/** All of them, or as many, chosen by a seed that the name gives. */
function some<T>(all: readonly T[], most: number, name: string): readonly T[] {
  if (all.length <= most) return all;
  const dice = new Dice(randomFrom([...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7)));
  const left = [...all];
  return Array.from({ length: Math.floor(most) }, () => left.splice(dice.int(0, left.length - 1), 1)[0] as T);
}
