/** The transaction that an order begins with: either with the saga that carries it out, or refused at once. */
import { now } from "../../lib/clock";
import { refuse } from "../../lib/errors";
import { emit } from "../../lib/events";
import type { GroupHandler } from "../../mixins/group-commit/types";
import { done, type Refusal } from "../../mixins/outcome";
import type { Sagas } from "../../mixins/saga";
import { placeOrder } from "../../sagas/place-order";
import { factsOf, fail, type Order, pointsFromBalance } from "./order";
import { order, type PlaceOrder } from "./order.contract";
import type { KeyedRequest, StoredOrder } from "./order-row";
import { insertOrders } from "./orders";
import { failureOf, statusOf, toldOf } from "./told";

export interface Placing {
  /** PENDING. */
  order: Order;
  request?: KeyedRequest;
  trace?: Record<string, string>;
}

/** What a client asks for may begin so long after he should have had an answer, in ms: less than the call's own time allows beyond the wait. */
export const graceMs = 1_000;

/** Two requests with one key never share a transaction: the table's key refuses the later one alone. */
const conflictKey = ({ request }: Placing) => request?.keyDigest;

interface Starting extends Placing {
  token?: string;
  sagas: Sagas;
  /** Ms since the epoch. Nobody waits for the order after that. */
  startBy: number;
}

/**
 * Writes PENDING orders and starts their sagas. One whose customer has been told that the shop is too slow must not begin behind his
 * back: it is refused, and leaves no trace.
 */
export const startOrders: GroupHandler<Starting, void> = {
  name: "order.start",
  conflictKey,
  async run(calls, tx) {
    const started = now();
    const inTime = calls.filter(({ startBy }) => started < startBy);
    const outcomes = calls.map((call) => (inTime.includes(call) ? done(undefined) : refuse("UNAVAILABLE")));
    const [first] = inTime;
    if (!first) return outcomes;
    insertOrders(tx, inTime);
    const starts = inTime.map((call) => ({ id: call.order.id, input: inputOf(call), trace: call.trace, at: call.order.createdAt }));
    for (const { input, trace, at } of starts) emit(tx, order.events.placed, toldOf(input, at), trace);
    await first.sagas.start(placeOrder, starts, tx);
    return outcomes;
  },
};

function inputOf({ order: placed, token }: Omit<Starting, "sagas" | "startBy">): PlaceOrder {
  const { method } = placed.payment;
  return {
    ...factsOf(placed),
    fromBalance: pointsFromBalance(placed.amounts, method),
    payment: { method, ...(token !== undefined && { token }) },
  };
}

export interface Refusing extends Placing {
  refusal: Refusal;
}

/** Writes orders that the quote refused: FAILED from the start, with no saga, and nothing written elsewhere. */
export const refuseOrders: GroupHandler<Refusing, StoredOrder> = {
  name: "order.refuse",
  conflictKey,
  async run(calls, tx) {
    const refused = calls.map(({ order: placed, request, refusal, trace }) => {
      const failure = failureOf(refusal, "place");
      const stored = { order: fail(placed, failure, placed.createdAt), request, answerStatus: statusOf(failure) };
      return { stored, failure, trace };
    });
    insertOrders(
      tx,
      refused.map(({ stored }) => stored),
    );
    for (const { stored, failure, trace } of refused) {
      emit(tx, order.events.failed, { ...toldOf(factsOf(stored.order), stored.order.updatedAt), failure }, trace);
    }
    return refused.map(({ stored }) => done(stored));
  },
};
