/**
 * W4: a sale. Everybody wants one thing of which there are half as many as attempts to get one: so the first half of a slice sells, and
 * the second meets the sell-out. The number of attempts is fixed, because a refusal is cheaper than a sale: whoever is faster must not be
 * measured on more of them.
 */
import type { NextRequest } from "../load/client";
import type { Load } from "../load/load";
import { bodyOf, posts } from "../load/request";
import { orderOf } from "./checkout";
import type { Extent, Workload } from "./workload";

/** The customers of a coupon come once each; a server remembers that many tokens. */
const mostAttempts = 8_000;
const warmUpPieces = 3_000;

/** How many are on offer, so that a slice takes about its time at the speed of an average machine. */
export function piecesOf(c: number, seconds: number): number {
  return Math.min(mostAttempts / 2, Math.round(seconds * 150 * c ** 0.4));
}

/** Of each lot: the first is for the warm-up. */
function pieces({ levels, rounds, seconds }: Extent): number[] {
  return [warmUpPieces, ...levels.flatMap((c) => new Array<number>(rounds).fill(piecesOf(c, seconds)))];
}

export const hotProduct: Workload = {
  counts: "attempts",
  needs: (extent) => ({ stocks: pieces(extent), quantities: [], customers: Math.max(...extent.levels) }),
  work({ goods, url, c, lot, goesOn }) {
    const product = goods.products[lot]!;
    const order = orderOf(product);
    const more = lot === 0 ? () => true : countdown(2 * product.stock);
    const clients = goods.customers.slice(0, c).map(({ token }): NextRequest => {
      const post = posts(url, "/api/v1/orders", token);
      return () => (more() ? post(order) : undefined);
    });
    return { clients, expects: [201, 409], ...(lot === 0 && { goesOn }) };
  },
  wrong: ({ goods, lot }, load) => (lot === 0 ? [] : soldExactly(goods.products[lot]!.stock, 409, load)),
};

const nothing = bodyOf({});

export const hotCoupon: Workload = {
  counts: "attempts",
  needs: (extent) => ({ stocks: [], quantities: pieces(extent), customers: 2 * Math.max(...pieces(extent)) }),
  work({ goods, url, c, lot }) {
    const { id, quantity } = goods.coupons[lot]!;
    const path = `/api/v1/coupons/${id}/issue`;
    const takers = goods.customers.slice(0, 2 * quantity).values();
    const next = () => {
      const taker = takers.next().value;
      return taker && posts(url, path, taker.token)(nothing);
    };
    return { clients: new Array<NextRequest>(c).fill(next), expects: [201, 410] };
  },
  wrong: ({ goods, lot }, load) => soldExactly(goods.coupons[lot]!.quantity, 410, load),
};

function countdown(count: number): () => boolean {
  let left = count;
  return () => left-- > 0;
}

function soldExactly(pieces: number, refusal: number, { statuses, answers }: Load): string[] {
  const { 201: sold = 0, [refusal]: refused = 0 } = statuses;
  if (sold === pieces && sold + refused === answers) return [];
  return [`${sold} of ${pieces} were sold, ${refused} attempts refused, of ${answers}`];
}
