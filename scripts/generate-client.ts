/** `npm run client [file]`: writes the client's schema, `client/schema.ts`, from the API's document. */
import { writeFile } from "node:fs/promises";
import { registerHooks } from "node:module";

import type * as Schema from "./client-schema";

// openapi-typescript builds its answer with the interface of TypeScript 5, which the compiler of this project no longer has.
registerHooks({ resolve: (specifier, context, next) => next(specifier === "typescript" ? "typescript-5" : specifier, context) });

const { clientSchema } = require("./client-schema") as typeof Schema; // an import would come before the hook

const [file = "client/schema.ts"] = process.argv.slice(2);

void clientSchema().then((text) => writeFile(file, text));
