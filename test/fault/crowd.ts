import { randomUUID } from "node:crypto";

import type { Client } from "../../scripts/client";
import { password, type RunningShop } from "./shop-process";

export interface Person {
  token: string;
  /** This customer in the shop as it runs now: it has another port after each start. */
  in(shop: RunningShop): Client;
}

/** New customers with points. A few at a time, as a password's hash takes a core for a while. */
export async function newCustomers(shop: RunningShop, count: number, points: number): Promise<Person[]> {
  const customers: Person[] = [];
  while (customers.length < count) {
    const few = Array.from({ length: Math.min(4, count - customers.length) }, () => newCustomer(shop, points));
    customers.push(...(await Promise.all(few)));
  }
  return customers;
}

async function newCustomer(shop: RunningShop, points: number): Promise<Person> {
  const account = { email: `buyer-${randomUUID()}@example.com`, password, nickname: "Buyer" };
  const { body } = await shop.guest().post<{ accessToken: string }>("/auth/register", account);
  const person = { token: body.accessToken, in: (now: RunningShop) => now.guest().as(body.accessToken) };
  const { status } = await person.in(shop).post("/points/me/charge", { amount: points });
  if (status !== 201) throw new Error(`a charge of points was answered ${status}`);
  return person;
}
