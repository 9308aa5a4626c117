/** The rules of the house that a machine can check (ARCHITECTURE.md), as functions from a source file to what is wrong with it. */
import type { Source } from "./source";

export type Rule = (source: Source) => string[];

const isTest = (path: string) => /\.(test|conformance|fixture|types)\.ts$/.test(path) || path.startsWith("test/");
const isOurs = (module: string) => /^(services|sagas|lib|mixins|scripts|test|client)(\/|$)|^moleculer\.config$|^\.\./.test(module);
const isIn = (folder: string, module: string) => module === folder || module.startsWith(`${folder}/`);
const isContract = (module: string) => /^services\/([\w-]+)\/\1\.contract$/.test(module);

function forbid(source: Source, allowed: (module: string) => boolean, why: string): string[] {
  return source.imports.filter((module) => isOurs(module) && !allowed(module)).map((module) => `${source.path} imports ${module}: ${why}`);
}

/** 1. A service imports another service's contract only. */
export const servicesMeetByContract: Rule = (source) => {
  const service = /^services\/([\w-]+)\//.exec(source.path)?.[1];
  if (!service || isTest(source.path)) return [];
  const own = `services/${service}`;
  if (isContract(source.path.slice(0, -".ts".length)))
    return forbid(source, (module) => isIn("lib", module) || isContract(module), "others import a contract, so it has nothing private");
  const shared = (module: string) => ["lib", "mixins", "sagas"].some((folder) => isIn(folder, module));
  return forbid(source, (module) => isIn(own, module) || shared(module) || isContract(module), "another service is known by its contract");
};

/** 2. `mixins/` know packages and each other, `lib/` the mixins, `sagas/` contracts, `lib/` and the saga builder. */
export const layersPointDownwards: Rule = (source) => {
  if (isTest(source.path)) return [];
  const [layer] = source.path.split("/");
  if (layer === "mixins") return forbid(source, (module) => isIn("mixins", module), "mixins are for any project");
  if (layer === "lib") return forbid(source, (module) => isIn("lib", module) || isIn("mixins", module), "lib knows no service");
  const sagas = (module: string) => isContract(module) || isIn("lib", module) || isIn("sagas", module) || module === "mixins/saga";
  return layer === "sagas" ? forbid(source, sagas, "a saga knows contracts") : [];
};

/** 2. Another project can take `client/`: it knows the shop by its document alone. */
export const clientStandsAlone: Rule = (source) =>
  isIn("client", source.path) && !isTest(source.path)
    ? forbid(source, (module) => isIn("client", module), "clients know the document")
    : [];

const domainWord = /product|coupon|payment|customer|wallet|bestseller|orderId|^orders?$/i;

/** 2. Another project can take `mixins/`: their code has no word of this one's trade. */
export const mixinsHaveNoDomainWords: Rule = ({ path, words }) => {
  if (!isIn("mixins", path) || isTest(path)) return [];
  return [...words].filter((word) => domainWord.test(word)).map((word) => `${path} says ${JSON.stringify(word)}`);
};

const environmentReaders = ["lib/config.ts", "scripts/launch.cjs"];

/** 3. The environment is read in one place. */
export const environmentIsReadOnce: Rule = ({ path, readsEnvironment }) =>
  readsEnvironment && !environmentReaders.includes(path) && !isTest(path) ? [`${path} reads process.env`] : [];

/** 4. Calls between services are typed, and events go through the outbox. */
export const callsAreTyped: Rule = ({ path, calledWithText }) => {
  if (!/^(services|sagas)\//.test(path) || isTest(path)) return [];
  const called = calledWithText.filter(({ object, method }) => method === "call" && /(^|\.)(ctx|context|broker)$/.test(object));
  const emitted = calledWithText.filter(
    ({ object, method }) => /^(emit|broadcast)$/.test(method) && /(^|\.)(ctx|context|broker)$/.test(object),
  );
  return [
    ...called.map(({ text }) => `${path} calls ${text} by its name: use the contract`),
    ...emitted.map(({ text }) => `${path} emits ${text} past the outbox`),
  ];
};

/** 4. No `any` at a boundary. */
export const nothingIsAny: Rule = ({ path, saysAny }) =>
  saysAny && /^(services|sagas|mixins|lib)\//.test(path) && !isTest(path) ? [`${path} says any`] : [];
