import { randomUUID } from "node:crypto";

import { user } from "../../services/user/user.contract";
import { databaseOf } from "./database-of";
import { deliver, messageOf } from "./events";
import type { TestShop } from "./shop";
import { waitFor } from "./wait";

/** The consumer `notification` of a shop, which can't note who was registered until it is mended. */
export class BrokenNotification {
  constructor(private readonly shop: TestShop) {}

  breakIt(): Promise<unknown> {
    return this.#execute("alter table recipient rename to recipient_away");
  }

  mend(): Promise<unknown> {
    return this.#execute("alter table recipient_away rename to recipient");
  }

  /** Gives up on news of these users, one after the other; the ids of the letters in that order. */
  async giveUpOn(...userIds: string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const userId of userIds) {
      const told = { userId, email: `${randomUUID()}@example.com`, nickname: "Kim", language: "en", role: "customer" } as const;
      const event = messageOf(user.events.registered, told);
      await deliver(this.shop, event);
      const letter = async () => {
        const db = databaseOf(this.shop, "notification");
        return (await db.select<{ id: string }>("select id from dead_letter where event_id = ?", [event.headers.ce_id]))[0]?.id;
      };
      ids.push(await waitFor(letter, { what: "the dead letter", timeoutMs: 20_000 }));
    }
    return ids;
  }

  /** Whether it has noted the user. */
  async knows(userId: string): Promise<boolean> {
    return (await databaseOf(this.shop, "notification").select("select user_id from recipient where user_id = ?", [userId])).length > 0;
  }

  #execute(sql: string): Promise<unknown> {
    return databaseOf(this.shop, "notification").transaction((tx) => tx.execute(sql));
  }
}
