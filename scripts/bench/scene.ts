import { randomUUID } from "node:crypto";

import { Client } from "../client";
import { Buyer } from "./load";

const goods = 10;

/** Customers who are registered and signed in, each with a product to buy; together they buy a few products over and over. */
export async function prepare(url: string, customers: number): Promise<Buyer[]> {
  const guest = new Client(url);
  const { body } = await guest.get<{ items: { id: string }[] }>(`/products?limit=${goods}`);
  const buyers: Buyer[] = [];
  for (let n = 0; n < customers; n++) {
    const account = { email: `bench-${n}-${randomUUID()}@example.com`, password: randomUUID(), nickname: "Bench" };
    const answer = await guest.post<{ accessToken: string }>("/auth/register", account);
    if (answer.status !== 201) throw new Error(`a registration was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    buyers.push(new Buyer(url, answer.body.accessToken, body.items[n % body.items.length]?.id ?? ""));
  }
  return buyers;
}
