import { readFileSync } from "node:fs";
import { join } from "node:path";

import { contracts } from "./contracts";
import { basePath, routesOf } from "./routes";

test("docs/rest.md has every route of the contracts, with who may use it, and no other", () => {
  const page = readFileSync(join(__dirname, "../../docs/rest.md"), "utf8");
  const told = [...page.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) [^`]+)`\s*\| (\w+)/gm)].map(([, route, who]) => `${route} ${who}`);
  const routes = routesOf(contracts);
  expect(told.toSorted()).toEqual(routes.map(({ method, path, auth }) => `${method} ${path.slice(basePath.length)} ${auth}`).toSorted());
});
