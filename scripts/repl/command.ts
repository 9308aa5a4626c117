import type { ServiceBroker } from "moleculer";

/** What is typed behind a command. */
export interface Typed {
  options: Record<string, string | true | undefined>;
  /** Words without a name, by the name that the command gives them. */
  [word: string]: unknown;
}

/** A command as moleculer-repl takes it; what it gives is printed. */
export interface Command {
  command: string;
  description: string;
  options?: { option: string; description: string }[];
  run(broker: ServiceBroker, typed: Typed): Promise<string>;
}

/** What was typed can't be done. The message is for whoever typed it. */
export class Mistyped extends Error {}

/** The services that have such an action now, on whatever node. */
export function servicesWith(broker: ServiceBroker, action: string): string[] {
  const actions = broker.registry.actions.list({ onlyAvailable: true }) as { name: string }[];
  const found = actions.flatMap(({ name }) => (name.endsWith(`.${action}`) ? name.slice(0, -action.length - 1) : []));
  return [...new Set(found)].sort();
}
