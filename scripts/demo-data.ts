/** The goods, accounts and coupons of `SEED=demo`. They fill an empty database once; a process that is killed half-way goes on where it was. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ServiceBroker } from "moleculer";

import type { ErrorCode } from "../lib/errors";
import type { RequestMeta } from "../lib/handlers";
import { othersAreThere } from "../lib/transport";
import { coupon } from "../services/coupon/coupon.contract";
import { point } from "../services/point/point.contract";
import { product } from "../services/product/product.contract";
import { user } from "../services/user/user.contract";
import { callOf } from "./call";
import type { Shop } from "./shop";

export interface Demo {
  accounts: readonly { email: string; role: "admin" | "customer" }[];
  password: string;
}

const admin = { email: "admin@example.com", nickname: "Ada", language: "en", role: "admin" } as const;
const customer = { email: "customer@example.com", nickname: "Kim", language: "ko", role: "customer" } as const;
const accounts = [admin, customer];
const customersPoints = 1_000_000;
const stock = 100;

/** Name, description, price in won. */
const goods: readonly (readonly [string, string, number])[] = [
  ["Celadon tea cup", "Hand-thrown stoneware with a jade glaze", 18_000],
  ["Brass tea strainer", "Fine mesh, fits any cup", 9_500],
  ["Green tea from Boseong", "First flush, 80 g", 24_000],
  ["Barley tea", "Roasted, 500 g", 6_000],
  ["Buckwheat pillow", "Cotton cover, refillable", 32_000],
  ["Linen apron", "Undyed, two pockets", 41_000],
  ["Chef's knife", "Carbon steel, 21 cm", 89_000],
  ["Whetstone", "Grit 1000 and 6000", 45_000],
  ["Stone pot", "For rice, 1.2 l", 38_000],
  ["Chopsticks, five pairs", "Stainless steel, flat", 15_000],
  ["Persimmon vinegar", "Aged for three years, 500 ml", 19_000],
  ["Sesame oil", "Cold-pressed, 320 ml", 22_000],
  ["Notebook of mulberry paper", "96 pages, stitched", 12_000],
  ["Calligraphy brush", "Goat hair, medium", 27_000],
  ["Ink stick", "Pine soot", 16_000],
  ["Desk lamp", "Dimmable, 2700 K", 64_000],
  ["Wool blanket", "150 × 200 cm", 118_000],
  ["Room shoes", "Felt, leather sole", 35_000],
  ["Incense", "Sandalwood, 40 sticks", 11_000],
  ["Wind chime", "Bronze, tuned to D", 52_000],
];

const filled = [product, point, coupon].map(({ $name }) => $name);

/**
 * Who can log in; undefined when the database was filled by somebody else, or this isn't the node that fills it. That is the one with the
 * accounts, because the first account decides who fills an empty shop. It waits for the other services until the signal ends it.
 */
export async function seedDemo({ broker, config }: Shop, signal?: AbortSignal): Promise<Demo | undefined> {
  if (!config.services.includes(user.$name)) return undefined;
  const there = config.transporter ? await othersAreThere(broker, filled, signal) : filled.every((name) => config.services.includes(name));
  if (!there) return undefined;
  const file = join(config.dataDir, "demo.json");
  const kept = readKept(file);
  if (kept?.seeded && (await isThere(broker, admin.email))) return { accounts, password: kept.password };
  if (!kept && !(await isEmpty(broker)) && !(await isThere(broker, admin.email))) return undefined;
  const password = kept?.password ?? config.demoPassword ?? randomBytes(9).toString("base64url");
  await keep(file, { password, seeded: false }); // before the first account, so that a kill never loses it
  const ours = (await createAccount(broker, admin, password)) || (await canLogIn(broker, admin.email, password));
  if (!ours) {
    await rm(file);
    return undefined;
  }
  await createAccount(broker, customer, password);
  await fillShop(broker);
  await keep(file, { password, seeded: true });
  return { accounts, password };
}

/** Every write has a key of its own, so that the second run of a seeding that was interrupted repeats nothing. */
async function fillShop(broker: ServiceBroker): Promise<void> {
  const call = callOf(broker);
  const create = (name: string, description: string, price: number) =>
    call(product.create, { name, description, price, stock }, keyed(name));
  await Promise.all(goods.map((one) => create(...one)));
  const day = 24 * 60 * 60 * 1000;
  const open = { startsAt: new Date(Date.now() - day).toISOString(), endsAt: new Date(Date.now() + 365 * day).toISOString() };
  const tenPercent = { title: "10 % off", discountType: "PERCENT", discountValue: 10, maxDiscount: 20_000, quantity: 1_000 } as const;
  const threeThousand = {
    title: "₩3,000 off",
    discountType: "AMOUNT",
    discountValue: 3_000,
    minOrderAmount: 20_000,
    quantity: 100,
  } as const;
  for (const terms of [tenPercent, threeThousand]) await call(coupon.create, { ...terms, ...open }, keyed(terms.title));
  const [{ id }] = await broker.call<[{ id: string }], object>("user.find", { query: { email: customer.email } });
  await call(point.charge, { userId: id, amount: customersPoints }, keyed("points"));
}

function keyed(key: string): RequestMeta {
  return { idempotency: { key, userId: "demo", route: "seed", bodyHash: key } };
}

const isEmpty = async (broker: ServiceBroker) =>
  (await broker.call<number>("user.count")) === 0 && (await broker.call<number>("product.count")) === 0;

/** The folder may have been used with other databases before. */
async function isThere(broker: ServiceBroker, email: string): Promise<boolean> {
  return (await broker.call<number, object>("user.count", { query: { email } })) > 0;
}

/** False when the address is taken. */
async function createAccount(broker: ServiceBroker, account: (typeof accounts)[number], password: string): Promise<boolean> {
  try {
    await callOf(broker)(user.create, { ...account, password });
    return true;
  } catch (error) {
    if (isRefusal(error, "EMAIL_TAKEN")) return false;
    throw error;
  }
}

async function canLogIn(broker: ServiceBroker, email: string, password: string): Promise<boolean> {
  try {
    await callOf(broker)(user.login, { email, password });
    return true;
  } catch (error) {
    if (isRefusal(error, "INVALID_CREDENTIALS")) return false;
    throw error;
  }
}

const isRefusal = (error: unknown, type: ErrorCode) => error instanceof Error && "type" in error && error.type === type;

interface Kept {
  password: string;
  /** False while the filling is under way. */
  seeded: boolean;
}

function readKept(file: string): Kept | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : undefined;
}

/** Whole or not at all, for its owner's eyes only. */
async function keep(file: string, kept: Kept): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
