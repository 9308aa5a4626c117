import type * as BusModule from "./bus";
import { bindConfig, type Config } from "./config";
import type * as ConfigModule from "./config";

test("what belongs to a broker is found again by modules that a hot reload has evaluated anew", () => {
  const broker = { getLogger: () => ({}) } as unknown as Parameters<typeof bindConfig>[0];
  const config = { dataDir: "/nowhere" } as Config;
  bindConfig(broker, config);
  const bus = (require("./bus") as typeof BusModule).busOf(broker);
  jest.resetModules();
  expect((require("./config") as typeof ConfigModule).configOf(broker)).toBe(config);
  expect((require("./bus") as typeof BusModule).busOf(broker)).toBe(bus);
});
