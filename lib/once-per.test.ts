import { oncePer } from "./once-per";

test("it is made once for an object, whatever it is, and anew for another", () => {
  const create = jest.fn((_owner: object): number | undefined => undefined);
  const valueOf = oncePer(create);
  const [one, other] = [{}, {}];
  for (const owner of [one, other, one]) expect(valueOf(owner)).toBeUndefined();
  expect(create.mock.calls).toEqual([[one], [other]]);
});

test("it can be had without being made", () => {
  const valueOf = oncePer((owner: { name: string }) => owner.name);
  const owner = { name: "a" };
  expect(valueOf.ifMade(owner)).toBeUndefined();
  valueOf(owner);
  expect(valueOf.ifMade(owner)).toBe("a");
});
