import { parseArgs } from "node:util";

import { UsageError } from "../usage";

export interface SeedOptions {
  products: number;
  customers: number;
  /** Of each customer, in minor units. */
  points: number;
  /** Of each product. */
  stock: number;
  tokenSeconds: number;
  /** Path of the file to be written. */
  out: string;
}

export const help = `npm run seed -- [options]

Adds products, customers with points and access tokens, and an account of staff to the configured databases, also while the shop is
running, and writes who and what they are to a file. Running it again adds more. All customers of a run share one random password.

  --products=100       how many products
  --customers=20       how many customers
  --points=1000000     points of each customer, in minor units
  --stock=1000         stock of each product
  --token-ttl=1d       life of the access tokens: a number with s, m, h or d
  --out=accounts.json  the file: { products: [{ id, price }], customers: [{ id, email, password, accessToken }], admin: { … } }
  --help`;

const strings = {
  products: { type: "string", default: "100" },
  customers: { type: "string", default: "20" },
  points: { type: "string", default: "1000000" },
  stock: { type: "string", default: "1000" },
  "token-ttl": { type: "string", default: "1d" },
  out: { type: "string", default: "accounts.json" },
} as const;

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 };
const longestTtl = 366 * seconds.d;

/** What the arguments ask for; undefined when they ask for help. Throws what `failOrUsage` tells. */
export function seedOptions(args: readonly string[]): SeedOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: { ...strings, help: { type: "boolean", default: false } } });
  if (values.help) return undefined;
  const count = (name: "products" | "customers" | "points" | "stock", most: number) => wholeNumber(`--${name}`, values[name], most);
  if (values.out === "" || values.out.includes("\0")) throw new UsageError("--out must be the path of a file");
  return {
    products: count("products", 1_000_000),
    customers: count("customers", 10_000_000),
    points: count("points", Number.MAX_SAFE_INTEGER),
    stock: count("stock", 1_000_000_000),
    tokenSeconds: ttl(values["token-ttl"]),
    out: values.out,
  };
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!(number <= most)) throw new UsageError(`${name}=${text} can't be used: it must be a whole number from 0 to ${most}`);
  return number;
}

function ttl(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const length = Number(number) * (seconds[unit as keyof typeof seconds] ?? NaN);
  if (!(length >= 1 && length <= longestTtl))
    throw new UsageError(`--token-ttl=${text} can't be used: it must be like 90s, 15m, 12h or 1d, and at most 366d`);
  return length;
}
