import type { Answer } from "../../scripts/client";
import { waitFor } from "../support/wait";
import { idOf, type Intent, isAnswer, type OrderBody } from "./orders";
import type { RunningShop } from "./shop-process";

/** In this time every order is final, whatever befell the shop. */
export const finalMs = 30_000;

/** Asks with the same key until there is an answer. */
function answerOf(shop: RunningShop, intent: Intent): Promise<Answer<OrderBody>> {
  const ask = async () => {
    const answer = await intent.ask(shop);
    return answer && isAnswer(answer) && answer;
  };
  return waitFor(ask, { what: `an answer to the key ${intent.key}`, timeoutMs: finalMs });
}

/** Asks again until there is an answer, reads until the order is final, and asks once more: the answer never changes. */
export async function follow(shop: RunningShop, intent: Intent): Promise<OrderBody> {
  const first = intent.told;
  const answer = await answerOf(shop, intent);
  const id = idOf(answer);
  if (!id) throw new Error(`no order was made: ${JSON.stringify(answer.body)}`);
  const read = async () => {
    const { body } = await intent.read(shop, id);
    return body.id === id && body.status !== "PENDING" && body;
  };
  const order = await waitFor(read, { what: `order ${id} to be final`, timeoutMs: finalMs });
  const said = [first ?? answer, answer, await answerOf(shop, intent)].map((one) => ({ status: one.status, id: idOf(one) }));
  for (const one of said) expect(one).toEqual({ status: said[0]?.status, id });
  return order;
}

/** 201 is COMPLETED, a refusal FAILED with the same code; 202 promised nothing but an end. */
export function expectTrue({ told, cart }: Intent, order: OrderBody): void {
  expect(["COMPLETED", "FAILED"]).toContain(order.status);
  if (told?.status === 201) expect(order).toMatchObject({ status: "COMPLETED", amounts: told.body.amounts });
  else if (told?.status !== 202) expect(order).toMatchObject({ status: "FAILED", failure: { code: told?.body.code } });
  const { payment } = cart as { payment: { token?: string } };
  if (payment.token === "tok_declined" || payment.token === "tok_lost") expect(order.status).toBe("FAILED");
}
