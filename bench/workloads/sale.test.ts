import { hotCoupon, hotProduct, piecesOf } from "./sale";
import type { Goods, Slice } from "./workload";

const extent = { levels: [1, 64], rounds: 2, seconds: 5 };
const coupon = { title: "", discountType: "AMOUNT", discountValue: 1, startsAt: "", endsAt: "" } as const;

function goodsFor(quantity: number): Goods {
  return {
    products: [3_000, quantity].map((stock, n) => ({ id: `p${n}`, name: "", price: 1, stock })),
    coupons: [3_000, quantity].map((quantity, n) => ({ ...coupon, id: `c${n}`, quantity })),
    customers: Array.from({ length: 100 }, (_, n) => ({ id: `u${n}`, token: `token-${n}.` })),
  };
}

const slice = (quantity: number): Slice => ({
  ...{ side: "ours", url: "http://127.0.0.1:1", goods: goodsFor(quantity), c: 3, lot: 1, goesOn: () => true },
});

/** All that the clients ask, in turn, until none has anything to ask. */
function requestsOf({ clients }: ReturnType<typeof hotProduct.work>): string[] {
  const all: string[] = [];
  for (let asked = true; asked;) {
    asked = false;
    for (const next of clients) {
      const request = next();
      if (request !== undefined) all.push(request);
      asked ||= request !== undefined;
    }
  }
  return all;
}

test("every round has a lot of its own, and the warm-up one more", () => {
  expect(hotProduct.needs(extent)).toEqual({ stocks: [3_000, 750, 750, 3_959, 3_959], quantities: [], customers: 64 });
  expect(hotCoupon.needs(extent)).toEqual({ stocks: [], quantities: [3_000, 750, 750, 3_959, 3_959], customers: 7_918 });
  expect(piecesOf(1_000, 60)).toBe(4_000);
});

test("twice as many orders are tried as there are pieces, all of the lot's product, in all clients together", () => {
  const requests = requestsOf(hotProduct.work(slice(5)));
  expect(requests).toHaveLength(10);
  expect(new Set(requests.map((text) => /"productId":"(\w+)"/.exec(text)?.[1]))).toEqual(new Set(["p1"]));
});

test("twice as many customers want the coupon as there are pieces, each once", () => {
  const requests = requestsOf(hotCoupon.work(slice(5)));
  expect(requests.map((text) => /^POST \/api\/v1\/coupons\/c1\/issue .*\s[^]*token-(\d+)\./.exec(text)?.[1]).toSorted()).toEqual([
    ..."0123456789",
  ]);
});

test("one more or one fewer sold than there were, or another answer than a refusal, is wrong", () => {
  const load = (statuses: Record<number, number>) => ({ statuses, answers: 10, seconds: 1, latencies: new Float64Array(), clientCpuMs: 0 });
  for (const [workload, refusal] of [
    [hotProduct, 409],
    [hotCoupon, 410],
  ] as const) {
    expect(workload.wrong(slice(5), load({ 201: 5, [refusal]: 5 }))).toEqual([]);
    expect(workload.wrong(slice(5), load({ 201: 6, [refusal]: 4 }))).toEqual(["6 of 5 were sold, 4 attempts refused, of 10"]);
    expect(workload.wrong(slice(5), load({ 201: 4, [refusal]: 6 }))).toHaveLength(1);
    expect(workload.wrong(slice(5), load({ 201: 5, [refusal]: 4, 503: 1 }))).toHaveLength(1);
  }
});
