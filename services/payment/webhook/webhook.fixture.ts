/** A provider that writes to a shop of its own accord. */
import { v7 as uuid } from "uuid";

import { SAGA_STEP_UNKNOWN } from "../../../mixins/participant";
import { databaseOf } from "../../../test/support/database-of";
import { signatureOf, webhookSecretOf } from "../../../test/support/provider";
import type { TestShop } from "../../../test/support/shop";
import { Desk, type PaymentView } from "../payment.fixture";
import type { Webhook } from "./webhook";

type Says = Partial<Webhook["data"]> & { id?: string };

export const webhookOf = (type: Webhook["type"], paymentId: string, { id = uuid(), ...data }: Says = {}): Webhook => ({
  id,
  type,
  data: { paymentId, providerRef: "ref-1", amount: 100, ...data },
});

interface Sending {
  /** Default: the right one; null: none. */
  signature?: string | null;
  provider?: string;
  requestId?: string;
  of?: TestShop;
}

const verdicts = { 1: "APPLIED", 2: "UNKNOWN_PAYMENT", 3: "OTHER_AMOUNT", 4: "NOT_WAITING" };

export class Sender {
  /** What the service has logged at warn and error. */
  readonly logged: string[] = [];

  private constructor(
    readonly desk: Desk,
    readonly secret: string,
  ) {
    const { logger } = desk.service;
    jest.spyOn(logger, "warn").mockImplementation((text: unknown) => void this.logged.push(`warn ${String(text)}`));
    jest.spyOn(logger, "error").mockImplementation((text: unknown) => void this.logged.push(`error ${String(text)}`));
  }

  /** With a shop of its own. */
  static async open(): Promise<Sender> {
    const desk = await Desk.open();
    return new Sender(desk, await webhookSecretOf(desk.shop));
  }

  send(body: string, { signature = signatureOf(body, this.secret), provider = "sandbox", requestId, of }: Sending = {}): Promise<object> {
    const params = { provider, body, ...(signature !== null && { signature }) };
    const meta = requestId === undefined ? {} : { requestId };
    return (of ?? this.desk.shop).broker.call<object, object>("payment.webhook", params, { meta });
  }

  deliver(webhook: Webhook, sending: Sending = {}): Promise<object> {
    return this.send(JSON.stringify(webhook), sending);
  }

  /** What was kept of webhooks with this id. */
  async kept(id: string): Promise<{ verdict: string }[]> {
    const rows = await this.#select<{ verdict: keyof typeof verdicts }>("select * from payment_webhook where webhook_id = ?", id);
    return rows.map((row) => ({ ...row, verdict: verdicts[row.verdict] }));
  }

  async everythingKept(): Promise<number> {
    const [row] = await this.#select<{ kept: number }>("select count(*) as kept from payment_webhook");
    return row?.kept ?? 0;
  }

  /** What is stored beside what a payment shows. */
  async hiddenOf(orderId: string): Promise<{ provider_ref: string | null; refund_ref: string | null; token: string | null } | undefined> {
    const [row] = await this.#select<{ provider_ref: string | null; refund_ref: string | null; token: string | null }>(
      "select provider_ref, refund_ref, token from payment where order_id = ?",
      orderId,
    );
    return row;
  }

  /** A payment by a card whose outcome the provider doesn't know yet. */
  async unknownPayment(): Promise<PaymentView> {
    const orderId = this.desk.newOrder();
    expect(await this.desk.pay(orderId, { token: "tok_timeout" })).toMatchObject({ type: SAGA_STEP_UNKNOWN });
    return this.desk.paymentOf(orderId);
  }

  #select<Row extends object>(sql: string, ...values: string[]): Promise<Row[]> {
    return databaseOf(this.desk.shop, "payment").select<Row>(sql, values);
  }
}
