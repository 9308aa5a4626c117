import { ShopError } from "../../../lib/errors";
import { memoryLimit } from "./limit";
import { PasswordTries } from "./password-tries";

const wrong = () => Promise.reject(new ShopError("INVALID_CREDENTIALS"));
const right = () => Promise.resolve("in");
const newTries = () => new PasswordTries(memoryLimit({ most: 3, seconds: 60 }));
const codeOf = (trying: Promise<unknown>) =>
  trying.then(
    () => "in",
    (error: ShopError) => error.type,
  );

test("after too many wrong passwords even the right one has to wait, and is told how long", async () => {
  const tries = newTries();
  for (let n = 0; n < 3; n++) expect(await codeOf(tries.run("a", wrong))).toBe("INVALID_CREDENTIALS");
  const refusal = await tries.run("a", right).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ type: "RATE_LIMITED" });
  const { retryAfter } = (refusal as ShopError).data as { retryAfter: number };
  expect(retryAfter > 0 && retryAfter <= 60).toBe(true);
  expect(await codeOf(tries.run("b", right))).toBe("in");
});

test("right ones don't count, nor do other failures", async () => {
  const tries = newTries();
  const broken = () => Promise.reject(new ShopError("UNAVAILABLE"));
  for (let n = 0; n < 10; n++) {
    expect(await codeOf(tries.run("a", right))).toBe("in");
    expect(await codeOf(tries.run("a", broken))).toBe("UNAVAILABLE");
  }
});

test("many guesses at one moment are no way round: never more are checked than may fail", async () => {
  const tries = newTries();
  let checked = 0;
  const slowly = async () => {
    checked++;
    await new Promise((resolve) => setImmediate(resolve));
    return wrong();
  };
  const codes = await Promise.all(Array.from({ length: 200 }, () => codeOf(tries.run("a", slowly))));
  expect(checked).toBe(3);
  expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(197);
});

test("many right ones at one moment wait for each other and all get in", async () => {
  const tries = newTries();
  let most = 0;
  let running = 0;
  const slowly = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return "in";
  };
  const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(tries.run("a", slowly))));
  expect(codes).toEqual(Array(50).fill("in"));
  expect(most).toBe(3);
});

test("those who wait are let in one by one as failures come, and no further", async () => {
  const tries = newTries();
  const outcomes = [wrong, right, wrong, right, wrong, right, right];
  const codes = await Promise.all(outcomes.map((check) => codeOf(tries.run("a", check))));
  expect(codes.filter((code) => code === "INVALID_CREDENTIALS")).toHaveLength(3);
  expect(codes.at(-1)).toBe("RATE_LIMITED");
});
