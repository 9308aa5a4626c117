import { smtpSettings, type SmtpSettings } from "../../lib/smtp";
import type { Database } from "../../mixins/database";
import { testDatabase } from "../../test/support/database";
import { type MailServer, startMailServer } from "../../test/support/mail-server";
import { notifications } from "./migrations/0001-notifications";
import { lettersAndRefusals } from "./migrations/0002-letters-and-refusals";
import { insertMessages } from "./notifications";
import { noteRecipients } from "./recipients";
import { Sender, timings } from "./sender";
import { smtpProvider, smtpTimeouts } from "./smtp-provider";

/** Of an order in Korean. */
export const order = {
  orderId: "o1",
  items: [{ productId: "p1", name: "청자 찻잔", unitPrice: 18_000, quantity: 2, lineTotal: 36_000 }],
  amounts: { subtotal: 36_000, discount: 0, pointsUsed: 0, paid: 36_000, currency: "KRW" },
  payment: { method: "CARD" },
  placedAt: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:01.000Z",
};

/** A row of a message. */
interface Row {
  user_id: string;
  sent_at: number | null;
  failed_at: number | null;
  next_at: number | null;
  attempts: number;
  error: string | null;
}

type Figures = Partial<typeof timings> & { settings?: SmtpSettings; timeouts?: typeof smtpTimeouts };

const from = { name: "온라인 상점", address: "shop@example.com" };
const quick = { ...timings, gatherMs: 0, pollMs: 5, retryMs: { base: 1, cap: 5 } };

/** The Message-ID of the message to a user. */
export const idOf = (userId: string) => `<event-${userId}@example.com>`;

/** Messages, senders of them, and the server that they are sent to: a new one for every test. */
export class Mailing {
  readonly #running: Sender[] = [];
  readonly warnings: string[] = [];

  private constructor(
    readonly db: Database,
    readonly server: MailServer,
  ) {}

  static readonly database = () => testDatabase("notification", [notifications, lettersAndRefusals]);

  static async start(db: Database, options?: Parameters<typeof startMailServer>[0]): Promise<Mailing> {
    return new Mailing(db, await startMailServer(options));
  }

  settings(who = ""): SmtpSettings {
    return smtpSettings(`smtp://${who}127.0.0.1:${this.server.port}`, from, true);
  }

  async send({ settings = this.settings(), timeouts = smtpTimeouts, ...figures }: Figures = {}): Promise<Sender> {
    const warn = (message: string) => void this.warnings.push(message);
    const provider = smtpProvider(settings, timeouts);
    const sender = new Sender({ db: this.db, provider, timeZone: "Asia/Seoul", exclusive: false, warn }, { ...quick, ...figures });
    this.#running.push(sender);
    await sender.start();
    return sender;
  }

  /** Stops the senders and empties the tables. */
  async end(): Promise<void> {
    await Promise.all(this.#running.map((sender) => sender.stop()));
    for (const table of ["notification", "recipient"]) await this.db.transaction((tx) => tx.execute(`delete from ${table}`));
  }

  /** A message to each of these users. */
  write(...userIds: string[]): Promise<void> {
    const messages = userIds.map((userId) => ({
      eventId: `event-${userId}`,
      userId,
      kind: "order.completed",
      facts: { ...order, userId },
    }));
    return this.db.transaction((tx) =>
      insertMessages(
        tx,
        messages.map((message) => ({ ...message, facts: JSON.stringify(message.facts) })),
      ),
    );
  }

  know(...userIds: string[]): Promise<void> {
    const told = userIds.map((userId) => ({
      userId,
      email: `${userId}@example.com`,
      nickname: "김철수",
      language: "ko" as const,
      heardAt: 1,
    }));
    return this.db.transaction((tx) => noteRecipients(tx, told));
  }

  async row(userId: string): Promise<Row> {
    const [row] = await this.db.select<Row>(
      "select user_id, sent_at, failed_at, next_at, attempts, error from notification where user_id = ?",
      [userId],
    );
    if (!row) throw new Error(`there is no message to ${userId}`);
    return row;
  }

  /** Whether all these users' messages are noted as sent. */
  async sent(...userIds: string[]): Promise<boolean> {
    const rows = await Promise.all(userIds.map((userId) => this.row(userId)));
    return rows.every(({ sent_at, next_at }) => sent_at !== null && next_at === null);
  }

  get idsAtServer(): (string | undefined)[] {
    return this.server.mails.map(({ headers }) => headers["message-id"]);
  }
}
