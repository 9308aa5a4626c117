import { SingleBar } from "cli-progress";

/** Told of each piece of work: what it is and how many, how many more are done, that it is over. */
export interface Progress {
  begin(what: string, total: number): void;
  done(count: number): void;
  end(): void;
}

/** A bar on a terminal; elsewhere a line when a piece of work is over. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({ format: "{what} [{bar}] {percentage}% {value}/{total} {eta_formatted}", stream, hideCursor: true });
  return {
    begin: (what, total) => bar.start(total, 0, { what: what.padEnd(10) }),
    done: (count) => bar.increment(count),
    end: () => bar.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let work = { what: "", total: 0, since: 0 };
  return {
    begin: (what, total) => (work = { what, total, since: performance.now() }),
    done: () => undefined,
    end: () => stream.write(`${work.total} ${work.what} (${((performance.now() - work.since) / 1_000).toFixed(1)} s)\n`),
  };
}
