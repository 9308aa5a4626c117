/** `saga list`, `saga show`, `saga retry`, `saga skip`, `saga compensate`. */
import { inOrder } from "../../lib/merged";
import { sagaHost, sagaState, type SagaHost } from "../../lib/sagas/contract";
import { askHost, sagaOrder } from "../../lib/sagas/hosts";
import type { SagaView } from "../../lib/sagas/views";
import { callOf } from "../call";
import { type Command, Mistyped, servicesWith, type Typed } from "./command";
import { limitOf, option, signature, signed } from "./operator";
import { ago, nextOf, textOf } from "./saga-text";
import { table } from "./table";

const usage = `saga list [--state PARKED] [--type place-order] [--limit 20]
saga show <type> <id>
saga retry <type> <id> --who <name> --why <reason>
saga skip <type> <id> --step <step> [--result <JSON>] --who <name> --why <reason>
saga compensate <type> <id> --who <name> --why <reason>`;

export const saga: Command = {
  command: "saga [what] [type] [id]",
  description: "Sagas: list, show, retry, skip, compensate (`saga` alone tells what each takes)",
  options: [
    { option: "--state <state>", description: "list those in this state" },
    { option: "--type <type>", description: "list those of this type" },
    { option: "--limit <number>", description: "list so many, 20 when left out" },
    { option: "--step <step>", description: "the step that was done by hand" },
    { option: "--result <json>", description: "what that step would have answered" },
    ...signature,
  ],
  async run(broker, typed) {
    const hosts = servicesWith(broker, "sagaList").map((name) => sagaHost(name));
    if (hosts.length === 0) return "No service that hosts sagas is there.";
    const call = callOf(broker);
    switch (typed.what) {
      case "list":
        return list({ hosts, call }, typed);
      case "show":
        return textOf(await askHost(hosts, (host) => call(host.sagaShow, keyOf(typed))));
      case "retry":
        return became(await askHost(hosts, (host) => call(host.sagaRetry, { ...keyOf(typed), ...signed(typed) })));
      case "compensate":
        return became(await askHost(hosts, (host) => call(host.sagaCompensate, { ...keyOf(typed), ...signed(typed) })));
      case "skip":
        return became(await askHost(hosts, (host) => call(host.sagaSkip, { ...keyOf(typed), ...signed(typed), ...byHand(typed) })));
      default:
        throw new Mistyped(usage);
    }
  },
};

interface Desk {
  hosts: readonly SagaHost[];
  call: ReturnType<typeof callOf>;
}

async function list({ hosts, call }: Desk, typed: Typed): Promise<string> {
  const { options, type: word } = typed;
  if (typeof word === "string") throw new Mistyped(`${word} is not understood: a list is narrowed by --state, --type and --limit`);
  const state = options.state === undefined ? undefined : sagaState.safeParse(String(options.state).toUpperCase()).data;
  if (options.state !== undefined && !state) throw new Mistyped(`--state is one of ${sagaState.options.join(", ")}`);
  const type = option(options, "type");
  const limit = limitOf(typed);
  const filter = { limit, ...(state && { state }), ...(type !== undefined && { type }) };
  const pages = await Promise.all(hosts.map((host) => call(host.sagaList, filter)));
  const found = inOrder(pages, sagaOrder(state)).slice(0, limit);
  return table(
    state ? `sagas that are ${state}` : "sagas",
    ["type", "id", "state", "age", "changed", "recoveries", "next", "cause"],
    found.map((one) => [one.type, one.id, one.state, ago(one.createdAt), ago(one.updatedAt), one.recoveries, nextOf(one), one.cause?.code]),
  );
}

function keyOf({ type, id }: Typed): { type: string; id: string } {
  if (typeof type !== "string" || typeof id !== "string") throw new Mistyped(usage);
  return { type, id };
}

function byHand({ options }: Typed): { step: string; result?: Record<string, unknown> } {
  const [step, result] = [option(options, "step"), option(options, "result")];
  if (step === undefined) throw new Mistyped("Say which step was done by hand: --step <step>");
  if (result === undefined) return { step };
  try {
    return { step, result: JSON.parse(result) as Record<string, unknown> };
  } catch {
    throw new Mistyped(`--result is not JSON: ${result}`); // which the caller typed himself
  }
}

const became = ({ type, id, state }: SagaView) => `${type} ${id} is ${state} now; \`saga show ${type} ${id}\` tells what becomes of it.`;
