import { Lifetime } from "./lifetime";

test("what was made last goes first, and one that fails keeps no other from going", async () => {
  const gone: string[] = [];
  const lifetime = new Lifetime(new AbortController().signal);
  lifetime.atEnd(async () => void gone.push("folder"));
  lifetime.atEnd(() => Promise.reject(new Error("no schema")));
  lifetime.atEnd(async () => void gone.push("process"));
  await expect(lifetime.end()).rejects.toThrow("no schema");
  expect(gone).toEqual(["process", "folder"]);
  await lifetime.end();
  expect(gone).toHaveLength(2);
});
