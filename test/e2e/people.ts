import { randomUUID } from "node:crypto";

import { Client } from "../../scripts/client";
import type { TestShop } from "../support/shop";

const password = "correct horse battery";

/** Somebody new, signed in. */
export async function newCustomer({ url }: Pick<TestShop, "url">, name = "kim"): Promise<Client & { email: string }> {
  const email = `${name}-${randomUUID()}@example.com`;
  const guest = new Client(url);
  const { body } = await guest.post<{ accessToken: string }>("/auth/register", { email, password, nickname: name });
  return Object.assign(guest.as(body.accessToken), { email });
}

/** Staff. Their accounts can't be made over REST. */
export async function newAdmin({ url, broker }: Pick<TestShop, "url" | "broker">): Promise<Client> {
  const email = `staff-${randomUUID()}@example.com`;
  await broker.call("user.create", { email, password, nickname: "Ada", role: "admin" });
  const guest = new Client(url);
  const { body } = await guest.post<{ accessToken: string }>("/auth/login", { email, password });
  return guest.as(body.accessToken);
}

/** Terms of a coupon that is issued now. */
export function couponTerms(terms: object = {}) {
  const hour = 3_600_000;
  return {
    title: "Ten percent",
    discountType: "PERCENT",
    discountValue: 10,
    quantity: 10,
    startsAt: new Date(Date.now() - hour).toISOString(),
    endsAt: new Date(Date.now() + hour).toISOString(),
    ...terms,
  };
}
