import { ShopError } from "../errors";
import { sagaHost, type SagaHost } from "./contract";
import { askHost } from "./hosts";

const three = ["a", "b", "c"].map((name): SagaHost => sagaHost(name));

test("one host after the other is asked, until one knows the saga", async () => {
  const asked: string[] = [];
  const ask = (knows: string) =>
    askHost(three, async ({ $name }) => {
      asked.push($name);
      if ($name !== knows) throw new ShopError("SAGA_NOT_FOUND");
      return $name;
    });
  expect(await ask("b")).toBe("b");
  await expect(ask("z")).rejects.toMatchObject({ type: "SAGA_NOT_FOUND" });
  await expect(askHost(three, () => Promise.reject(new ShopError("SAGA_NOT_PARKED")))).rejects.toMatchObject({ type: "SAGA_NOT_PARKED" });
  expect(asked).toEqual(["a", "b", "a", "b", "c"]);
});

test("without hosts there is no saga", async () => {
  await expect(askHost([], () => Promise.resolve())).rejects.toMatchObject({ type: "SAGA_NOT_FOUND" });
});
