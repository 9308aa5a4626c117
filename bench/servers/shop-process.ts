/** A node of the shop that is measured. Its argument is its environment, as JSON. */
import { loadConfig } from "../../lib/config";
import { serviceNames } from "../../services";
import { runShop } from "../../scripts/shop";
import { serve } from "./tell";

const environment = JSON.parse(process.argv[2] ?? "{}") as Record<string, string>;
serve((stopping) => runShop(loadConfig(environment, serviceNames), undefined, stopping));
