import { entry, entryOf } from "../codes";
import { isOneWay, type Move } from "./one-way";
import type { TableRule } from "./table-rule";

const signed = `case type when ${entry.USE} then -amount else amount end`;

/** I8. */
export const balances: TableRule = {
  name: "balances",
  says: "a customer's balance = CHARGE + REFUND − USE of his history",
  async check(reading, found) {
    const db = reading.of("point");
    const sums = `select user_id, sum(${signed}) as moved from point_history group by user_id`;
    const rows = db.batches<{ userId: string; balance: number; moved: number }>(
      `select p.user_id as userId, p.balance, coalesce(h.moved, 0) as moved from point p
       left join (${sums}) h on h.user_id = p.user_id order by p.user_id`,
    );
    for await (const batch of rows) {
      for (const { userId, balance, moved } of batch) {
        if (balance === moved) found.right();
        else found.violated(`user ${userId}`, `balance is ${balance}, the history makes ${moved}`);
      }
    }
    const strays = await db.all<{ userId: string; moved: number }>(
      `select user_id as userId, sum(${signed}) as moved from point_history h
       where not exists (select 1 from point p where p.user_id = h.user_id) group by user_id`,
    );
    for (const { userId, moved } of strays) found.violated(`user ${userId}`, `has no balance, the history makes ${moved}`);
  },
};

interface Entry extends Move {
  type: number;
  orderId: string | null;
}

/** I8. */
export const ledger: TableRule = {
  name: "ledger",
  says: "the balances that a customer's history tells follow from each other, from 0 on; all but CHARGEs are for an order",
  async check(reading, found) {
    let userId = "";
    let moves: Entry[] = [];
    const judge = () => {
      if (moves.length === 0) return;
      const wrong = [...(isOneWay(moves) ? [] : [firstGap(moves)]), ...moves.flatMap(misplaced)];
      if (wrong.length === 0) found.right();
      else found.violated(`user ${userId}`, ...wrong);
    };
    const rows = reading.of("point").batches<Entry & { userId: string }>(
      `select user_id as userId, id, type, order_id as orderId, ${signed} as delta, balance_after as after
         from point_history order by user_id, created_at, id`,
    );
    for await (const batch of rows) {
      for (const { userId: of, ...move } of batch) {
        if (of !== userId) {
          judge();
          userId = of;
          moves = [];
        }
        moves.push(move);
      }
    }
    judge();
  },
};

/** What moves for no order is seen by no rule about orders. */
function misplaced({ id, type, orderId, delta }: Entry): string[] {
  if ((type === entry.CHARGE) === (orderId === null)) return [];
  return [`the entry ${id} is a ${entryOf(type)} of ${Math.abs(delta)} for ${orderId === null ? "no order" : `the order ${orderId}`}`];
}

function firstGap(moves: readonly Move[]): string {
  let balance = 0;
  for (const { id, delta, after } of moves) {
    if (balance + delta !== after) return `after ${balance} the entry ${id} of ${delta} makes ${after}`;
    balance = after;
  }
  return "it has no gap";
}
