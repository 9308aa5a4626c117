import { decoy, hashPassword, passwordMatches } from "./passwords";

const parameters = (hash: string) => hash.split("$").slice(0, 4);

test("an unknown account costs what a known one costs: the decoy has the parameters of every new hash", async () => {
  expect(parameters(await hashPassword("correct horse"))).toEqual(parameters(decoy));
  expect(parameters(decoy)).toEqual(["", "argon2id", "v=19", "m=19456,t=2,p=1"]);
});

test("only the right password matches, and nothing matches an unknown account", async () => {
  const stored = await hashPassword("correct horse");
  expect(await passwordMatches(stored, "correct horse")).toBe(true);
  expect(await passwordMatches(stored, "correct horsE")).toBe(false);
  expect(await passwordMatches(undefined, "correct horse")).toBe(false);
});
