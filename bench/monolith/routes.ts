/** The paths that the baseline serves, with the shop's checks in the shop's order. */
import type { IncomingMessage } from "node:http";

import { hashJson } from "../../lib/canonical-json";
import { errorOf, ShopError } from "../../lib/errors";
import type { Caller } from "../../lib/handlers";
import { uuid } from "../../lib/ids";
import type { TokenVerifier } from "../../lib/tokens";
import { invalid, parse, unknownField } from "../../lib/validation";
import { answerOf } from "../../services/order/answers";
import { viewOf } from "../../services/order/order";
import { order } from "../../services/order/order.contract";
import type { KeyedRequest, StoredOrder } from "../../services/order/order-row";
import { productOf } from "../../services/product/products";
import type { Product } from "../../services/product/product";
import { checkout } from "./checkout";
import { issueCoupon } from "./coupons";
import { type Database, isDuplicateKey } from "./database";
import { type Answer, problem, readBody, type Route } from "./http";
import { findById, findByKey } from "./orders";
import type { Asked } from "./quote";

export function routesOf(db: Database, verifyToken: TokenVerifier): Record<string, Route> {
  const callerOf = (req: IncomingMessage): Caller | Promise<Caller> => {
    const token = /^bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
    if (token === undefined) throw new ShopError("UNAUTHENTICATED");
    return verifyToken(token);
  };
  return {
    "POST /api/v1/orders": async (req) => placeOrder(db, req, await callerOf(req)),
    "GET /api/v1/orders/:id": async (req, id) => {
      const caller = await callerOf(req);
      const found = await findById(db.run, id);
      if (!found || (found.order.userId !== caller.id && caller.role !== "admin")) throw new ShopError("ORDER_NOT_FOUND");
      return { status: 200, body: viewOf(found.order) };
    },
    "GET /api/v1/products/:id": async (_req, id) => ({ status: 200, body: await readProduct(db, id) }),
    "POST /api/v1/coupons/:id/issue": async (req, id) => {
      const caller = await callerOf(req);
      return { status: 201, body: await issueCoupon(db, id, caller.id) };
    },
    "POST /w5": () => firstAndLast(db),
  };
}

async function placeOrder(db: Database, req: IncomingMessage, { id: userId }: Caller): Promise<Answer> {
  const key = req.headers["idempotency-key"];
  if (!key) throw new ShopError("IDEMPOTENCY_KEY_REQUIRED");
  if (typeof key !== "string" || !/^[\x20-\x7e]{1,255}$/.test(key)) throw new ShopError("BAD_REQUEST", "The Idempotency-Key can't be used");
  const body = await readBody(req);
  if (Object.hasOwn(body, "userId")) throw invalid([unknownField("userId")]);
  const request = { keyDigest: hashJson([userId, key]), bodyHash: hashJson(body) };
  const asked = parse(order.$actions.place.params, { ...body, userId });
  if (asked.payment.method === "CARD") throw invalid([{ path: "payment.method", message: "cards are not taken here" }]);
  return tell(...(await firstOrKnown(db, asked, request)));
}

/** A key that was used before is found when the order can't be written, or nothing was kept of this request: new ones pay nothing for it. */
async function firstOrKnown(db: Database, asked: Asked, request: KeyedRequest): Promise<[stored: StoredOrder, replayed: boolean]> {
  try {
    return [await checkout(db, asked, request), false];
  } catch (error) {
    if (!isDuplicateKey(error) && !(error instanceof ShopError)) throw error;
    const first = await findByKey(db.run, request.keyDigest);
    if (!first) throw error;
    if (first.request?.bodyHash !== request.bodyHash) throw new ShopError("IDEMPOTENCY_KEY_REUSED");
    return [first, true];
  }
}

/** The shop's own function says what a row answers. */
function tell(stored: StoredOrder, replayed: boolean): Answer {
  const answer = answerOf(stored);
  const also = replayed ? { "Idempotent-Replayed": "true" } : undefined;
  if (!answer) throw new Error(`order ${stored.order.id} has no answer`);
  if (!answer.ok) return problem(errorOf(answer), also);
  return { status: answer.status, body: viewOf(answer.order), headers: { ...also, Location: `/api/v1/orders/${answer.order.id}` } };
}

async function readProduct(db: Database, id: string) {
  const { rows } = await db.run<Product>(
    `select id, name, description, price, currency, stock, sales_count as salesCount, version, created_at as createdAt,
       updated_at as updatedAt
     from product where id = ?`,
    [id],
  );
  const [row] = rows;
  if (!row) throw new ShopError("PRODUCT_NOT_FOUND");
  return productOf(row);
}

/** What any saga writes at the least: that it began, and that it ended. */
async function firstAndLast(db: Database): Promise<Answer> {
  const id = uuid();
  await db.run("insert into w5 (id, state, created_at) values (?, 1, ?)", [id, Date.now()]);
  await db.run("update w5 set state = 2, ended_at = ? where id = ?", [Date.now(), id]);
  return { status: 201, body: { id } };
}
