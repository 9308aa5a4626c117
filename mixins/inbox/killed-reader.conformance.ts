import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { testDatabaseUrl } from "../../test/support/database";
import { busOf, type DyingReader, points } from "./dying-reader.fixture";
import { keyOf, startPair } from "./pair.fixture";

/** I7: whenever a consumer's process is killed, each event has its effect once, and a key stays in order. */
export function killedReaderConformance(name: string, make: () => Promise<DyingReader["bus"]>): void {
  test.each(points)(`I7: over ${name}, a consumer that is killed when a batch is %s applies each event once`, async (point) => {
    const [bus, writerUrl, readerUrl] = [await make(), await testDatabaseUrl("writer"), await testDatabaseUrl("reader")];
    const quick = busOf(bus);
    // Everything is on the bus before the one that dies begins, and nobody has read it.
    const before = await startPair({ writerUrl, readerUrl: await testDatabaseUrl("other"), bus: quick, consumer: "other" });
    for (let n = 0; n < 5; n++) await before.write([1, 2, 3, 1]);
    await before.settled();
    const written = await before.written();
    await before.broker.stop();
    await quick.stop();

    const reader: DyingReader = { writerUrl, readerUrl, bus, point };
    const flags = ["--disable-warning=ExperimentalWarning", "--disable-warning=TimeoutNegativeWarning", "--require", "tsx/cjs"];
    const child = spawn(process.execPath, [...flags, join(__dirname, "dying-reader.fixture.ts"), JSON.stringify(reader)], {
      stdio: "inherit",
    });
    expect((await once(child, "exit")) as unknown[]).toEqual([null, "SIGKILL"]);

    const next = busOf(bus);
    const after = await startPair({ writerUrl, readerUrl, bus: next });
    await after.settled();
    const noted = await after.noted();
    await after.broker.stop();
    await next.stop();
    expect([...noted].sort()).toEqual([...written].sort());
    for (const key of ["1", "2", "3"]) expect(noted.filter((id) => keyOf(id) === key)).toEqual(written.filter((id) => keyOf(id) === key));
  });
}
