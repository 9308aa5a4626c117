/** `dead-letters list`, `dead-letters show`, `dead-letters replay`, `dead-letters discard`. */
import { type ConsumerHost, consumerOf, deadLetterState } from "../../lib/dead-letters/contract";
import { letterOrder, type ReplayView } from "../../lib/dead-letters/views";
import type { ResultOf } from "../../mixins/action-ref";
import { inOrder } from "../../lib/merged";
import { callOf } from "../call";
import { type Command, Mistyped, servicesWith, type Typed } from "./command";
import { replaysOf, textOf } from "./dead-letter-text";
import { limitOf, option, signature, signed } from "./operator";
import { ago } from "./saga-text";
import { table } from "./table";

const usage = `dead-letters list [--service product] [--state OPEN] [--type order.completed] [--limit 20]
dead-letters show <service> <id>
dead-letters replay <service> <id> [--dry] --who <name> --why <reason>
dead-letters replay <service> all [--type order.completed] [--dry] --who <name> --why <reason>
dead-letters discard <service> <id> --who <name> --why <reason>`;

export const deadLetters: Command = {
  command: "dead-letters <what> [service] [id]",
  description: "Events that a service could not apply: list, show, replay, discard",
  options: [
    { option: "--service <service>", description: "list those of this service" },
    { option: "--state <state>", description: "list those in this state, OPEN when left out" },
    { option: "--type <type>", description: "those of events of this type" },
    { option: "--limit <number>", description: "list so many, 20 when left out" },
    { option: "--dry", description: "only tell what a replay would come to" },
    ...signature,
  ],
  async run(broker, typed) {
    const hosts = servicesWith(broker, "deadLetterList").map((name) => consumerOf(name));
    const call = callOf(broker);
    switch (typed.what) {
      case "list":
        return list({ hosts, call }, typed);
      case "show": {
        const { host, id } = addressed(hosts, typed);
        return textOf(await call(host.deadLetterShow, { id }));
      }
      case "replay":
        return replay({ hosts, call }, typed);
      case "discard": {
        const { host, id } = addressed(hosts, typed);
        const { state } = await call(host.deadLetterDiscard, { id, ...signed(typed) });
        return `${id} of ${host.$name} is ${state} now.`;
      }
      default:
        throw new Mistyped(usage);
    }
  },
};

type ReplayStep = ResultOf<ConsumerHost["deadLetterReplayAll"]>;

interface Desk {
  hosts: readonly ConsumerHost[];
  call: ReturnType<typeof callOf>;
}

async function list({ hosts, call }: Desk, typed: Typed): Promise<string> {
  const state = deadLetterState.safeParse(String(typed.options.state ?? "OPEN").toUpperCase()).data;
  if (!state) throw new Mistyped(`--state is one of ${deadLetterState.options.join(", ")}`);
  const [type, service] = [option(typed.options, "type"), option(typed.options, "service")];
  const asked = service === undefined ? hosts : [hostOf(hosts, service)];
  const limit = limitOf(typed);
  const filter = { limit, state, ...(type !== undefined && { type }) };
  const pages = await Promise.all(asked.map((host) => call(host.deadLetterList, filter)));
  return table(
    `dead letters that are ${state}`,
    ["service", "id", "type", "key", "died", "tries", "error"],
    inOrder(pages, letterOrder(state))
      .slice(0, limit)
      .map((one) => [one.service, one.id, one.type, one.key, ago(one.diedAt), one.tries, one.error]),
  );
}

async function replay({ hosts, call }: Desk, typed: Typed): Promise<string> {
  const { host, id } = addressed(hosts, typed);
  const dryRun = typed.options.dry === true;
  const by = signed(typed);
  if (id !== "all") return replaysOf([await call(host.deadLetterReplay, { id, dryRun, ...by })], dryRun);
  const type = option(typed.options, "type");
  const choice = { ...(type !== undefined && { type }), dryRun, ...by };
  const replays: ReplayView[] = [];
  for (let after: ReplayStep["next"]; ;) {
    const step: ReplayStep = await call(host.deadLetterReplayAll, { ...choice, ...(after && { after }) });
    replays.push(...step.replays);
    if (!step.next) return replaysOf(replays, dryRun);
    after = step.next;
  }
}

function addressed(hosts: readonly ConsumerHost[], { service, id }: Typed): { host: ConsumerHost; id: string } {
  if (typeof service !== "string" || typeof id !== "string") throw new Mistyped(usage);
  return { host: hostOf(hosts, service), id };
}

function hostOf(hosts: readonly ConsumerHost[], service: string): ConsumerHost {
  const host = hosts.find(({ $name }) => $name === service);
  if (!host)
    throw new Mistyped(
      `No service ${service} that consumes events is there; there are ${hosts.map(({ $name }) => $name).join(", ") || "none"}.`,
    );
  return host;
}
