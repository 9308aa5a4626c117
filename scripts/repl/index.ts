/** The operators' commands of the REPL that `npm run dev` opens. They ask services on whatever node. */
import type { BrokerOptions, ServiceBroker } from "moleculer";

import { inbox } from "./boxes";
import { type Command, Mistyped, type Typed } from "./command";
import { deadLetters } from "./dead-letters";
import { outbox } from "./outbox";
import { saga } from "./saga";

type ReplCommands = NonNullable<NonNullable<BrokerOptions["replOptions"]>["customCommands"]>;

/** For Moleculer's `replOptions`. */
export const operatorCommands: ReplCommands = [saga, outbox, inbox, deadLetters].map(({ run, ...command }) => ({
  ...command,
  // moleculer-repl hands over an object, whatever Moleculer's types say.
  action: async (broker, typed) => console.log(await told(broker, run, typed as unknown as Typed)),
}));

/** What a command gives, or why it gives nothing: a refusal is an answer, and anything else is the REPL's own to tell. */
async function told(broker: ServiceBroker, run: Command["run"], typed: Typed): Promise<string> {
  try {
    return await run(broker, typed);
  } catch (error) {
    if (error instanceof Mistyped) return error.message;
    const { type, message } = error as { type?: unknown; message: string };
    if (typeof type === "string") return `${type}: ${message}`;
    throw error;
  }
}
