/** A shop that only takes payments, and what sagas and readers would say to it. */
import type { Service } from "moleculer";

import type { z } from "zod";

import { deferred } from "../../mixins/waiting";
import type { GroupCommit, GroupHandler } from "../../mixins/group-commit";
import type { StepAnswer, VerifyAnswer } from "../../mixins/participant";
import { databaseOf } from "../../test/support/database-of";
import { deliver, recordEvents, type Told } from "../../test/support/events";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import type { payment, PaymentMethod, paymentView } from "./payment.contract";
import { providerOf } from "./sandbox";

export interface Due {
  method?: PaymentMethod;
  amount?: number;
  token?: string;
}

export type PaymentView = z.output<typeof paymentView>;

const topic = "commerce.payment.v1";

type Answer = StepAnswer<z.output<typeof payment.$actions.process.result>>;

const payStep = (orderId: string) => ({ saga: "place-order", id: orderId, step: "pay" });
const refundStep = (orderId: string, attempt: number) => ({ saga: "cancel-order", id: `${orderId}:${attempt}`, step: "refund" });

export class Desk {
  #told: Told[] = [];
  #orders = 0;
  #marks = 0;

  private constructor(public shop: TestShop) {}

  static async open(): Promise<Desk> {
    const desk = new Desk(await startShop({ only: ["payment"] }));
    await desk.#listen();
    return desk;
  }

  /** Stops the shop, and starts it again on its data. */
  async reopen(): Promise<void> {
    await this.shop.stop();
    this.shop = await this.shop.again();
    await this.#listen();
  }

  async #listen(): Promise<void> {
    this.#told = await recordEvents(this.shop, topic);
  }

  newOrder(): string {
    return `order-${++this.#orders}`;
  }

  dueFor(orderId: string, { method = "CARD", amount = 100, token }: Due) {
    const params = { orderId, userId: "u1", method, amount, currency: "KRW", ...(token !== undefined && { token }) };
    return { ...payStep(orderId), params };
  }

  async payAll(calls: object[]): Promise<Answer[]> {
    return (await this.shop.broker.call<{ outcomes: Answer[] }, object>("payment.process", { calls })).outcomes;
  }

  async pay(orderId: string, due: Due): Promise<Answer> {
    return (await this.payAll([this.dueFor(orderId, due)]))[0]!;
  }

  /** A new order, paid for. */
  async paid(due: Due): Promise<string> {
    const orderId = this.newOrder();
    const answer = await this.pay(orderId, due);
    if (!answer.ok) throw new Error(`not paid: ${answer.type}`);
    return orderId;
  }

  /** What became of the payment. */
  ask(orderId: string, seal = false): Promise<VerifyAnswer> {
    return this.#verify("payment.outcome", { ...payStep(orderId), seal });
  }

  refundOf(orderId: string, attempt = 1) {
    return { ...refundStep(orderId, attempt), params: { orderId } };
  }

  async refundAll(calls: object[], of = this.shop): Promise<Answer[]> {
    return (await of.broker.call<{ outcomes: Answer[] }, object>("payment.refund", { calls })).outcomes;
  }

  async refund(orderId: string, attempt = 1, of = this.shop): Promise<Answer> {
    return (await this.refundAll([this.refundOf(orderId, attempt)], of))[0]!;
  }

  /** What became of the refund. */
  askRefund(orderId: string, { attempt = 1, seal = false } = {}): Promise<VerifyAnswer> {
    return this.#verify("payment.refundOutcome", { ...refundStep(orderId, attempt), seal });
  }

  async #verify(action: string, call: object): Promise<VerifyAnswer> {
    const { answers } = await this.shop.broker.call<{ answers: VerifyAnswer[] }, object>(action, { calls: [call] });
    return answers[0]!;
  }

  read(id: string, meta: object = {}, userId = "u1"): Promise<PaymentView> {
    return this.shop.broker.call<PaymentView, object>("payment.read", { id, userId }, { meta });
  }

  async paymentsOf(orderId: string): Promise<PaymentView[]> {
    const rows = await databaseOf(this.shop, "payment").select<{ id: string }>("select id from payment where order_id = ?", [orderId]);
    return Promise.all(rows.map(({ id }) => this.read(id)));
  }

  /** The order's only payment. */
  async paymentOf(orderId: string): Promise<PaymentView> {
    const [payment, ...others] = await this.paymentsOf(orderId);
    if (!payment || others.length > 0) throw new Error(`${orderId} has not one payment`);
    return payment;
  }

  /** What was told of the order's payment so far. Delivered twice, as two relays on one outbox may, it is one event. */
  toldOf(orderId: string): Told[] {
    const told = this.#told.filter(({ key, type }) => key === orderId && type !== "mark");
    return [...new Map(told.map((one) => [one.headers.ce_id, one])).values()];
  }

  /** Types of all that was told of the order's payment: what is published after it for the same key comes after it. */
  async typesOf(orderId: string): Promise<string[]> {
    const { outbox } = this.service as Service & { outbox: { drained(): Promise<void> } };
    await outbox.drained();
    const mark = { topic, key: orderId, headers: { ce_id: `mark-${++this.#marks}`, ce_type: "mark" }, payload: "{}" };
    await deliver(this.shop, mark);
    await waitFor(() => this.#told.some(({ headers }) => headers.ce_id === mark.headers.ce_id));
    return this.toldOf(orderId).map(({ type }) => type);
  }

  get service(): Service {
    return this.shop.broker.getLocalService("payment")!;
  }

  /** Holds the next transaction of this name, with its calls decided and nothing written, until it is let go. */
  holdGroup(name: string): { reached: Promise<void>; release(): void } {
    const { group } = this.service as Service & { group: GroupCommit };
    const reached = deferred();
    const released = deferred();
    const submit = group.submit.bind(group);
    const spy = jest.spyOn(group, "submit").mockImplementation(async (handler, call) => {
      if (handler.name === name) {
        spy.mockRestore();
        reached.resolve();
        await released.promise;
      }
      return submit(handler as GroupHandler<unknown, never>, call);
    });
    return { reached: reached.promise, release: () => released.resolve() };
  }

  /** Holds the next question to the provider before it hears of it, until it is let go. */
  holdProvider(question: "charge" | "refund"): { reached: Promise<void>; release(): void } {
    const provider = providerOf(this.service);
    const reached = deferred();
    const released = deferred();
    const asks = provider[question].bind(provider) as (...asked: unknown[]) => Promise<never>;
    jest.spyOn(provider, question).mockImplementationOnce(async (...asked) => {
      reached.resolve();
      await released.promise;
      return asks(...asked);
    });
    return { reached: reached.promise, release: () => released.resolve() };
  }
}
