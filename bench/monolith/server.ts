/** The baseline's process. Its argument is its `Options`, as JSON. */
import { serve } from "../servers/tell";
import { startMonolith } from "./monolith";
import type { Options } from "./options";

serve(() => startMonolith(JSON.parse(process.argv[2] ?? "{}") as Options));
