import { usedBy } from "./database-cpu";

const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const onLinux = process.platform === "linux";

test("the CPU time of a process is what the process itself says, to within Linux's hundredths", () => {
  const start = used();
  while (used() - start < 200);
  const told = usedBy(process.pid);
  if (!onLinux) return expect(told).toBeUndefined();
  expect(Math.abs((told ?? NaN) - used())).toBeLessThan(100);
});

test("that of a process that isn't there is not known", () => {
  expect(usedBy(2 ** 30)).toBeUndefined();
});
