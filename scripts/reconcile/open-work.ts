/** Sagas and cancellations that have not ended. There are few of them, whatever the number of orders. */
import { saga } from "./codes";
import type { Snapshot } from "./snapshots/snapshot";

export interface OpenSaga {
  type: string;
  key: string;
  /** The order that it works on. */
  orderId: string;
  parked: boolean;
  /** ms since the epoch. */
  deadlineAt: number;
}

export class OpenWork {
  readonly #sagas: ReadonlyMap<string, OpenSaga[]>;

  private constructor(
    readonly sagas: readonly OpenSaga[],
    private readonly cancellations: ReadonlyMap<string, number[]>,
  ) {
    this.#sagas = Map.groupBy(sagas, ({ orderId }) => orderId);
  }

  static async read(orders: Snapshot): Promise<OpenWork> {
    const sagas = await orders.all<{ type: string; k: string; state: number; deadlineAt: number }>(
      "select type, business_key as k, state, deadline_at as deadlineAt from saga_instance where owner is not null",
    );
    const attempts = await orders.all<{ orderId: string; attempt: number | null }>(
      "select order_id as orderId, attempt from order_cancellation where ended_at is null",
    );
    const byOrder = Map.groupBy(attempts, ({ orderId }) => orderId);
    return new OpenWork(
      sagas.map(({ type, k, state, deadlineAt }) => ({
        type,
        key: k,
        orderId: orderOf(type, k),
        parked: state === saga.PARKED,
        deadlineAt,
      })),
      new Map([...byOrder].map(([orderId, rows]) => [orderId, rows.map(({ attempt }) => attempt ?? 0)])),
    );
  }

  orderIds(): string[] {
    return [...this.#sagas.keys(), ...this.cancellations.keys()];
  }

  /** As `type key`. */
  sagasOf(orderId: string): readonly string[] {
    return this.#sagas.get(orderId)?.map(({ type, key }) => `${type} ${key}`) ?? [];
  }

  cancellationsOf(orderId: string): readonly number[] {
    return this.cancellations.get(orderId) ?? [];
  }
}

/** The key of `cancel-order` is `<order>:<attempt>`. */
function orderOf(type: string, key: string): string {
  return type === "cancel-order" ? key.slice(0, key.lastIndexOf(":")) : key;
}
