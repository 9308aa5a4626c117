import { loadConfig } from "../lib/config";
import type { Shop } from "./shop";
import { welcome } from "./welcome";

const first = async (env: Record<string, string>) => {
  const config = loadConfig({ DATA_DIR: "/data", SEED: "none", ...env }, ["gateway", "order"]);
  const text = await welcome({ url: "http://127.0.0.1:3000", config } as Shop, undefined);
  return text.split("\n")[0]!.replace(/ready in [\d.]+ s, /, "");
};

test("where the data is, is said as it is, and without passwords", async () => {
  expect(await first({})).toBe("The shop is open at http://127.0.0.1:3000 (data in /data)");
  expect(await first({ DATABASE_URL: "mysql://root:secret@db/shop" })).toBe(
    "The shop is open at http://127.0.0.1:3000 (databases as their URLs say, everything else in /data)",
  );
});
