/** The node of W5: a host and five participants, each with a database of its own, behind `POST /w5`. Its argument is `Settings` as JSON. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

import { type Service, ServiceBroker } from "moleculer";
import { v7 as uuid } from "uuid";

import { httpServer } from "../../lib/http-server";
import { databaseMixin, type Tx } from "../../mixins/database";
import { done, refused } from "../../mixins/outcome";
import { createBarrierTable, type ParticipantStep, participantMixin, type StepCall } from "../../mixins/participant";
import { createSagaTables, saga, sagaMixin, type Sagas } from "../../mixins/saga";
import { protection } from "../../moleculer.config";
import { serve } from "../servers/tell";
import { type FiveSteps, fiveSteps, participants } from "./five-steps";

export interface Settings {
  /** URLs of the databases, by service. */
  databases: Record<string, string>;
  /** They are SQLite files, which this process alone uses. */
  embedded: boolean;
}

const waitMs = 30_000;

const stepOf = (name: string): ParticipantStep => ({
  name: "do",
  ...(name === "fifth" ? { verify: "outcome" } : { undo: "undo" }),
  parse: (params) => params,
  handler: {
    forward: (calls) =>
      Promise.resolve((calls as StepCall<Partial<FiveSteps>>[]).map(({ params }) => (params.refuse ? refused("NO") : done({})))),
    undo: () => Promise.resolve(),
  },
});

async function start({ databases, embedded }: Settings) {
  const broker = new ServiceBroker({
    logger: true,
    logLevel: "error",
    validator: false,
    ...protection,
    tracking: { enabled: true, shutdownTimeout: 10_000 },
  });
  const database = (name: string, up: (tx: Tx) => Promise<void>) =>
    databaseMixin({ name, url: () => databases[name] ?? "", migrations: [{ name: "0001-tables", up }], migrateAtStart: () => true });
  const ends = { completed: () => Promise.resolve(), compensated: () => Promise.resolve() };
  const hosting = sagaMixin({ sagas: [saga(fiveSteps, ends)], claimAtOnce: () => embedded });
  const host = broker.createService({ name: "host", mixins: [database("host", createSagaTables), hosting] }) as Service & { sagas: Sagas };
  for (const name of participants)
    broker.createService({ name, mixins: [database(name, createBarrierTable), participantMixin([stepOf(name)])] });
  await broker.start();
  const server = httpServer({
    host: "127.0.0.1",
    port: 0,
    variable: "port",
    drainMs: 10_000,
    handle: (req, res) => void answer(host.sagas, req, res),
  });
  const port = await server.start();
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await server.stop();
      await broker.stop();
    },
  };
}

/** 201 when the saga is COMPLETED, 409 when it is COMPENSATED: both only at its end. */
async function answer(sagas: Sagas, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const { refuse = false } = (await json(req)) as Partial<FiveSteps>;
    const id = uuid();
    const { status } = await sagas.run(fiveSteps, { id, input: { refuse } }, waitMs);
    const code = { COMPLETED: 201, COMPENSATED: 409, RUNNING: 202, PARKED: 202 }[status];
    send(res, code, { id, status });
  } catch (error) {
    console.error(error);
    send(res, 500, {});
  }
}

function send(res: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }).end(text);
}

serve(() => start(JSON.parse(process.argv[2] ?? "{}") as Settings));
