/** One saga from its start to its end, and beyond, with faults where the plan says. */
import type { RemoteCall } from "../../../mixins/batch-call";
import { randomFrom } from "../random";
import { type AnyBoundary, type FaultKind, type Place, textOf } from "./faults";
import { type Observed, observe, rowOf } from "./observed";
import { type Boundary, Owner } from "./owner";
import { type Plan, Script } from "./script";
import { signalWhenAwaited } from "./signals";
import { undosTooEarly } from "./verdict";
import { VirtualTime } from "./virtual-time";
import type { Prepared, SagaWorld, Scenario } from "./world";

export interface Played {
  places: Place[][];
  /** At the end, and after all who stood still have woken and every message came once more. */
  before: Observed;
  after: Observed;
  /** What was wrong on the way. */
  violations: string[];
}

/** Of owners, in ms. Who looks often while a saga sleeps for days looks in vain for long. */
const pace = { leaseMs: 3000, heartbeatMs: 1000, claimMs: 1000 };
const shortSleepMs = 300_000;
/** So long after its deadline every saga has ended, unless it sleeps. */
const limitMs = 1_800_000;
/** How long a process stands still that nobody wakes. */
const longestMs = 20_000;

export class Play {
  readonly time = new VirtualTime(Date.now());
  readonly #script: Script;
  readonly #timings: typeof pace;
  readonly #limitMs: number;
  readonly #owners: Owner[] = [];
  /** Those that have not been struck: only their boundaries count. */
  readonly #sound = new Set<Owner>();
  /** Everything that was to be sent, whether it was or not. */
  readonly #sent: (() => Promise<unknown>)[] = [];
  /** The action whose next message is sent twice. */
  #doubled: string | undefined;
  readonly #violations: string[] = [];
  #started: "no" | "yes" | "failed" = "no";
  #id = "";

  constructor(
    private readonly world: SagaWorld,
    plan: Plan,
    /** How many find out at the same time that an owner is gone. */
    private readonly heirs: number,
  ) {
    this.#script = new Script(plan, this.time.now);
    const sleeps = world.saga.definition.waits.filter(({ kind }) => kind === "delay").map(({ ms }) => ms);
    const slower = Math.max(1, ...sleeps.map((ms) => ms / shortSleepMs));
    this.#limitMs = (limitMs + world.saga.definition.deadlineMs) * slower;
    this.#timings = { leaseMs: pace.leaseMs * slower, heartbeatMs: pace.heartbeatMs * slower, claimMs: pace.claimMs * slower };
  }

  async run({ id, start }: Prepared, { silent }: Scenario): Promise<Played> {
    this.#id = id;
    const first = this.#join();
    await first.engine.open();
    start(first).then(
      () => (this.#started = "yes"),
      () => (this.#started = "failed"),
    );
    void signalWhenAwaited(this.world, { id, silent, time: this.time });
    await this.time.until(() => this.#isOver(), this.#limitMs);
    this.#script.end();
    const before = await observe(this.world, id);
    await this.#afterwards();
    const { missed, places } = this.#script;
    if (missed) this.#violations.push(`the boundary ${textOf(missed)} was not reached`);
    return { places, before, after: await observe(this.world, id), violations: this.#violations };
  }

  /** For the transactions of the participants. */
  async passParticipant(what: string, side: AnyBoundary["side"]): Promise<void> {
    this.#script.at({ kind: "participant", what, side });
  }

  #join(): Owner {
    const name = `owner-${this.#owners.length + 1}`;
    const owner: Owner = new Owner({
      ...{ name, host: this.world.host, sagas: [this.world.saga], time: this.time, timings: this.#timings },
      random: randomFrom(this.#owners.length + 1),
      call: (action, params, options) => this.#send(action, params, options),
      pass: (boundary, passing) => this.#pass(boundary, passing),
    });
    this.#owners.push(owner);
    this.#sound.add(owner);
    return owner;
  }

  async #send(...message: Parameters<RemoteCall>): Promise<unknown> {
    const [action, params] = message;
    this.#violations.push(...(await undosTooEarly(this.world, this.#id, action, params)));
    const send = () => this.time.during(() => this.world.call(...message));
    if (this.#doubled !== action) return send();
    this.#doubled = undefined;
    return (await Promise.all([send(), send()]))[1];
  }

  async #pass(boundary: Boundary, owner: Owner): Promise<void> {
    if (boundary.side === "before" && boundary.send) this.#sent.push(boundary.send);
    if (!this.#sound.has(owner)) return;
    if (this.#wakesOthers(boundary)) this.#wakeAll();
    const kind = this.#script.at(boundary);
    if (kind === "twice") this.#doubled = boundary.what;
    if (!kind || kind === "twice") return;
    this.#sound.delete(owner);
    if (kind.startsWith("hang")) owner.freeze();
    else owner.kill();
    void this.#takeOver(kind);
    if (!owner.alive) throw new Error(`${owner.name} was killed`);
  }

  async #takeOver(kind: FaultKind): Promise<void> {
    const { deadlineMs } = this.world.saga.definition;
    await this.time.pause(kind === "crash, recovered too late" ? deadlineMs : this.#timings.leaseMs);
    await Promise.all(Array.from({ length: this.heirs }, () => this.#join().engine.open()));
    await this.time.pause(longestMs);
    this.#wakeAll();
  }

  /** Whoever has taken over does what a process that stands still is to wake at. */
  #wakesOthers({ kind, what }: AnyBoundary): boolean {
    if (kind !== "message") return false;
    if (this.#script.struck === "hang, waking in the middle") return true;
    const undoes = this.world.saga.definition.stages.flat().some(({ undo }) => undo === what);
    return undoes && this.#script.struck === "hang, waking while the other one undoes";
  }

  #wakeAll(): void {
    for (const owner of this.#owners) owner.wake();
  }

  /** Who stands still wakes and comes to its end, and every message comes once more, or at last. */
  async #afterwards(): Promise<void> {
    this.#wakeAll();
    await this.time.elapse(3 * this.#timings.heartbeatMs);
    for (const owner of this.#owners) owner.kill();
    for (const send of this.#sent) await send().catch(() => undefined);
    await this.time.settled();
  }

  async #isOver(): Promise<boolean> {
    const row = await rowOf(this.world, this.#id);
    if (row) return row.owner === null || row.stands === "PARKED";
    return this.#started !== "yes" && !this.#owners.some(({ frozen }) => frozen) && (this.#started === "failed" || !this.#owners[0]?.alive);
  }
}
