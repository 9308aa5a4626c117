/** What the rules of the house look at in a source file, read from its syntax tree. */
import { readFileSync } from "node:fs";
import { posix } from "node:path";

import { parseSync } from "@swc/core";

/** `path` is relative to the root, with forward slashes. */
export interface Source {
  path: string;
  /** Imported modules: paths relative to the root without extension (`lib/money`), or names of packages. */
  imports: string[];
  /** `process.env` is read. */
  readsEnvironment: boolean;
  /** The keyword `any` as a type. */
  saysAny: boolean;
  /** Methods called with a text as their first argument, e.g. `call` of `ctx.call("point.use")`. */
  calledWithText: { object: string; method: string; text: string }[];
  /** Names that the code itself uses: identifiers, properties and texts, not comments. */
  words: Set<string>;
}

type Node = { type: string; [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

export function readSource(path: string): Source {
  return parseSource(path, readFileSync(path, "utf8"));
}

export function parseSource(path: string, text: string): Source {
  const source: Source = { path, imports: [], readsEnvironment: false, saysAny: false, calledWithText: [], words: new Set() };
  visit(parseSync(text, { syntax: "typescript", target: "es2024" }), (node) => look(node, source));
  return source;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) return value.forEach((one) => visit(one, see));
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) see(value);
  for (const [key, child] of Object.entries(value)) if (key !== "span") visit(child, see);
}

function look(node: Node, source: Source): void {
  if (node.type === "TsKeywordType" && node.kind === "any") source.saysAny = true;
  if (node.type === "Identifier" || node.type === "StringLiteral") source.words.add(String(node.value));
  if (node.type === "MemberExpression" && nameOf(node) === "process.env") source.readsEnvironment = true;
  const module = moduleOf(node);
  if (module !== undefined) source.imports.push(resolved(source.path, module));
  const called = calledOf(node);
  if (called) source.calledWithText.push(called);
}

/** The module of an import or export declaration, of `import(…)`, `require(…)` or the type `import(…)`. */
function moduleOf(node: Node): string | undefined {
  if (["ImportDeclaration", "ExportAllDeclaration", "ExportNamedDeclaration"].includes(node.type)) return textOf(node.source);
  if (node.type === "TsImportType") return textOf(node.argument);
  if (node.type === "TsExternalModuleReference") return textOf(node.expression);
  if (node.type !== "CallExpression" || !isNode(node.callee)) return undefined;
  return node.callee.type === "Import" || node.callee.value === "require" ? textOf(firstArgument(node)) : undefined;
}

function calledOf(node: Node): Source["calledWithText"][number] | undefined {
  if (node.type !== "CallExpression" || !isNode(node.callee)) return undefined;
  const path = nameOf(node.callee).split(".");
  const text = textOf(firstArgument(node));
  const method = path.pop();
  return text === undefined || method === undefined || path.length === 0 ? undefined : { object: path.join("."), method, text };
}

const firstArgument = (call: Node): unknown => (call.arguments as { expression: unknown }[])[0]?.expression;

/** The text of a literal; that of a template as far as it is fixed. */
function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "StringLiteral") return String(node.value);
  if (node.type === "TemplateLiteral") return (node.quasis as { cooked: string }[]).map(({ cooked }) => cooked).join("…");
  return undefined;
}

/** `process.env`, `this.broker.call`; anything that isn't a name is `?`. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return "?";
  if (node.type === "Identifier") return String(node.value);
  if (node.type === "ThisExpression") return "this";
  if (node.type === "OptionalChainingExpression") return nameOf(node.base);
  if (node.type !== "MemberExpression") return "?";
  const property = isNode(node.property) && node.property.type === "Computed" ? textOf(node.property.expression) : undefined;
  return `${nameOf(node.object)}.${property ?? nameOf(node.property)}`;
}

function resolved(from: string, module: string): string {
  return module.startsWith(".") ? posix.join(posix.dirname(from), module) : module;
}
