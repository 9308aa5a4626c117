import { UsageError } from "../scripts/usage";
import { benchOptions } from "./options";

const database = "--database=mysql://root@127.0.0.1:3306/bench";
const transporter = "--transporter=nats://127.0.0.1:4222";

test("checkout alone runs on files, and beside a baseline with a database", () => {
  expect(benchOptions(["checkout"])).toEqual({
    experiments: ["checkout-sqlite"],
    extent: { levels: [1, 8, 32, 64, 128], rounds: 3, seconds: 5 },
    warmUp: { seconds: 3, answers: 6_000 },
    place: { writes: "statements" },
    report: false,
  });
  expect(benchOptions(["checkout", database])?.experiments).toEqual(["checkout-path"]);
});

test("numbers are taken as they are given; without a warm-up there is none", () => {
  expect(
    benchOptions(["saga", "--c=2,64", "--rounds=1", "--seconds=0.5", "--warmup=0", "--report", "--baseline=packet", database]),
  ).toEqual({
    experiments: ["saga"],
    extent: { levels: [2, 64], rounds: 1, seconds: 0.5 },
    warmUp: { seconds: 0, answers: 0 },
    place: { database: "mysql://root@127.0.0.1:3306/bench", writes: "packet" },
    report: true,
  });
});

test("several are measured in the order of the list, each once; all is all of them", () => {
  expect(benchOptions(["saga", "hot-product", "checkout", "checkout-path", database])?.experiments).toEqual([
    ...["checkout-path", "hot-product", "saga"],
  ]);
  const everything = benchOptions(["all", database, transporter])?.experiments;
  expect(everything).toEqual(
    expect.arrayContaining(["checkout-path", "checkout-whole", "checkout-nats", "checkout-sqlite", "saga-undone"]),
  );
  expect(everything).toHaveLength(10);
});

test("help is asked for", () => {
  expect(benchOptions(["--help"])).toBeUndefined();
});

test.each([
  [[], /^What is to be measured\? One or more of checkout, checkout-path, /],
  [["outboxes"], /^outboxes can't be measured: there is checkout, /],
  [["checkout-path"], /^checkout-path needs --database=mysql:/],
  [["all"], /^all \(checkout-path\) needs --database=mysql:/],
  [["all", database], /^all \(checkout-nats\) needs --transporter=nats:/],
  [["checkout", "--c=1,none"], /^--c=none can't be used: it must be a list of numbers, each a whole number from 1 to 1000$/],
  [["checkout", "--c=0"], /^--c=0 can't be used/],
  [["checkout", "--rounds=1.5"], /^--rounds=1.5 can't be used: it must be a whole number from 1 to 100$/],
  [["checkout", "--seconds=0"], /^--seconds=0 can't be used: it must be a number from 0.1 to 600$/],
  [["checkout", "--warmup=soon"], /^--warmup=soon can't be used/],
  [["checkout", "--database=postgres://me:secret@here/bench"], /^--database can't be used: it must be like mysql:[^\n]+$/],
  [["checkout", "--database=mysql://here/a-name"], /^--database can't be used/],
  [["checkout", "--database=mysql://here/aNameThatIsTooLongForSchemasBeside"], /^--database can't be used/],
  [["checkout", "--database=mysql://here/bench?ssl=true"], /^--database can't be used/],
  [["checkout", "--baseline=fast"], /^--baseline=fast can't be used: it must be statements or packet$/],
  [["checkout", "--transporter=here"], /^--transporter can't be used: it must be like nats:/],
])("%j is refused in one line that shows no password", (args, message) => {
  expect(() => benchOptions(args)).toThrow(UsageError);
  expect(() => benchOptions(args)).toThrow(message);
});
