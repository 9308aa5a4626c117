/** Read models that are built anew, whichever service has them. */
import { ShopError } from "../../lib/errors";
import { handler } from "../../lib/handlers";
import type { ReadModelService } from "../../lib/read-models/contract";
import { readModels } from "./hosts";
import { ops } from "./ops.contract";

export const rebuild = handler(ops.rebuild, ({ params: { service, source }, call }) => call(modelOf(service).rebuild, { source }));

export const readRebuild = handler(ops.rebuildStatus, ({ params: { service }, call }) => call(modelOf(service).rebuildStatus, {}));

function modelOf(service: string): ReadModelService {
  const found = readModels.find(({ $name }) => $name === service);
  if (!found) throw new ShopError("READ_MODEL_NOT_FOUND", `there are: ${readModels.map(({ $name }) => $name).join(", ")}`);
  return found;
}
