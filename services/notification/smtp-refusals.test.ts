/** What a mail server may refuse, and what becomes of the message. */
import type { Database } from "../../mixins/database";
import { reply } from "../../test/support/mail-server";
import { waitFor } from "../../test/support/wait";
import { Mailing } from "./mailing.fixture";

let db: Database;
let mailing: Mailing;
beforeAll(async () => {
  db = await Mailing.database();
});
beforeEach(async () => {
  mailing = await Mailing.start(db);
});
afterEach(() => mailing.end());

describe("a refusal for good (5xx) is final, staff see why, and others are not held up", () => {
  const refuse = (where: "onRecipient" | "onMail", refusal: Error) => {
    let asked = 0;
    if (where === "onMail") mailing.server.onMail = ({ to }) => (to[0]!.startsWith("gone") ? (asked++, refusal) : undefined);
    else mailing.server.onRecipient = (address) => (address.startsWith("gone") ? (asked++, refusal) : undefined);
    return () => asked;
  };

  test.each([
    ["the recipient", "onRecipient", reply(550, "5.1.1 no such user")],
    ["the mail", "onMail", reply(554, "5.7.1 looks like spam")],
  ] as const)("of %s", async (_what, where, refusal) => {
    const asked = refuse(where, refusal);
    const others = Array.from({ length: 12 }, (_, n) => `user${n}`);
    await mailing.know("gone", ...others);
    await mailing.write("gone", ...others);
    const sender = await mailing.send();
    await waitFor(() => mailing.sent(...others));
    const gone = await waitFor(async () => {
      const found = await mailing.row("gone");
      return found.failed_at !== null && found;
    });
    expect(gone).toMatchObject({ sent_at: null, next_at: null, attempts: 1, error: expect.stringContaining(refusal.message) });
    await mailing.write("later");
    await mailing.know("later");
    sender.wake();
    await waitFor(() => mailing.sent("later"));
    expect(asked()).toBe(1);
    expect(mailing.warnings).toEqual([
      expect.stringMatching(/^1 of \d messages are given up \(failed_at in notification\.find\): .*55\d 5\./),
    ]);
  });
});

describe("what a server says against the shop and not against a message, keeps the messages waiting", () => {
  test("a log-in that is refused; and no error tells the password", async () => {
    let right = false;
    mailing = await Mailing.start(db, {
      onAuth({ username, password }, _session, callback) {
        const good = right && username === "shop" && password === "sec:ret/";
        return good ? callback(null, { user: "shop" }) : callback(Object.assign(new Error("bad credentials"), { responseCode: 535 }));
      },
    });
    await mailing.know("kim");
    await mailing.write("kim");
    await mailing.send({ settings: mailing.settings("shop:sec%3Aret%2F@") });
    await waitFor(async () => (await mailing.row("kim")).attempts > 2);
    expect(await mailing.row("kim")).toMatchObject({ failed_at: null });
    right = true;
    await waitFor(() => mailing.sent("kim"));
    expect(mailing.server.mails).toHaveLength(1);
    expect(mailing.warnings[0]).toContain("535");
    expect(mailing.warnings.join()).not.toContain("sec:ret");
  });

  test("a sender that is refused", async () => {
    let refusals = 2;
    mailing = await Mailing.start(db, {
      onMailFrom: (_address, _session, callback) => callback(refusals-- > 0 ? reply(553, "5.7.1 not your address") : null),
    });
    await mailing.know("kim");
    await mailing.write("kim");
    await mailing.send();
    await waitFor(() => mailing.sent("kim"));
    expect(await mailing.row("kim")).toMatchObject({ attempts: 3, failed_at: null });
    expect(mailing.warnings[0]).toContain("553");
  });

  test("a server that isn't encrypted where it has to be: nothing is sent to it, not even the log-in", async () => {
    let logins = 0;
    mailing = await Mailing.start(db, {
      disabledCommands: ["STARTTLS"],
      onAuth: (_auth, _session, callback) => (logins++, callback(null, { user: "shop" })),
    });
    await mailing.know("kim");
    await mailing.write("kim");
    await mailing.send({ settings: { ...mailing.settings("shop:secret@"), requireTls: true } });
    await waitFor(async () => (await mailing.row("kim")).attempts > 1);
    expect(await mailing.row("kim")).toMatchObject({ sent_at: null, failed_at: null });
    expect([logins, mailing.server.mails.length]).toEqual([0, 0]);
  });
});
