import type { z } from "zod";

import type { Page } from "../../lib/paging";
import { type Database, DecideAgain } from "../../mixins/database";
import { databaseOf } from "../../test/support/database-of";
import { recordEvents, type Told } from "../../test/support/events";
import { lostLock } from "../../test/support/lost-lock";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { changeAccount } from "./edit-account";
import { codeOf, logIn, newEmail, password, refresh, register } from "./user.fixture";
import type { userView } from "./user.contract";
import { readUser } from "./users";

let shop: TestShop;
let db: Database;
let told: Told[];
beforeAll(async () => {
  shop = await startShop({ only: ["user"] });
  db = databaseOf(shop, "user");
  told = await recordEvents(shop, "commerce.user.v1");
});

type View = z.output<typeof userView>;

const edit = (userId: string, changes: object) => shop.broker.call<View, object>("user.edit", { userId, ...changes });
const me = (userId: string) => shop.broker.call<View, object>("user.me", { userId });
/** What was told of a user's changes. Whatever was committed before has been told when this resolves. */
async function changesTold(userId: string): Promise<unknown[]> {
  const { user: last } = await register(shop);
  await waitFor(() => told.some(({ key }) => key === last.id), { what: "the last registration to be told" });
  return told.filter(({ type, key }) => type === "user.changed" && key === userId).map(({ data }) => data);
}

describe("edit", () => {
  test("I7: a nickname needs no password, and is told with its commit", async () => {
    const { user } = await register(shop);
    expect(await edit(user.id, { nickname: "Somebody" })).toEqual({ ...user, nickname: "Somebody" });
    expect(await me(user.id)).toEqual({ ...user, nickname: "Somebody" });
    expect(await changesTold(user.id)).toEqual([
      { userId: user.id, email: user.email, nickname: "Somebody", language: "en", role: "customer" },
    ]);
  });

  test("I7: the language is English unless he says another, needs no password, and is told with its commit", async () => {
    const { user } = await register(shop);
    expect(user.language).toBe("en");
    expect(await edit(user.id, { language: "ko" })).toEqual({ ...user, language: "ko" });
    expect(await edit(user.id, { language: "ko" })).toEqual(await me(user.id));
    expect(await changesTold(user.id)).toEqual([
      { userId: user.id, email: user.email, nickname: "Buyer", language: "ko", role: "customer" },
    ]);
    await expect(edit(user.id, { language: "tlh" })).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
  });

  test("I7: who registers in Korean is told of so", async () => {
    const params = { email: newEmail(), password, nickname: "김철수", language: "ko" };
    const { user } = await shop.broker.call<{ user: View }, object>("user.register", params);
    expect(user.language).toBe("ko");
    await changesTold(user.id);
    expect(told.filter(({ key }) => key === user.id)).toMatchObject([{ type: "user.registered", data: { language: "ko" } }]);
  });

  test("I7: what changes nothing is not told", async () => {
    const { user } = await register(shop);
    const same = { nickname: "Buyer", email: user.email.toUpperCase(), currentPassword: password };
    expect(await edit(user.id, same)).toEqual(user);
    expect(await changesTold(user.id)).toEqual([]);
  });

  test("a new e-mail address is kept in lower case, replaces the old one, and ends no log-in", async () => {
    const { user, refreshToken } = await register(shop);
    const email = newEmail();
    expect(await edit(user.id, { email: email.toUpperCase(), currentPassword: password })).toEqual({ ...user, email });
    await expect(logIn(shop, email)).resolves.toBeDefined();
    expect(await codeOf(logIn(shop, user.email))).toBe("INVALID_CREDENTIALS");
    await expect(refresh(shop, refreshToken)).resolves.toBeDefined();
    await expect(register(shop, user.email)).resolves.toBeDefined(); // it is free again
  });

  test("a new password replaces the old one and ends all log-ins", async () => {
    const { user, refreshToken } = await register(shop);
    const { refreshToken: elsewhere } = await logIn(shop, user.email);
    expect(await edit(user.id, { password: "new horse", currentPassword: password })).toEqual(user);
    for (const token of [refreshToken, elsewhere]) expect(await codeOf(refresh(shop, token))).toBe("UNAUTHENTICATED");
    expect(await codeOf(logIn(shop, user.email))).toBe("INVALID_CREDENTIALS");
    await expect(logIn(shop, user.email, "new horse")).resolves.toBeDefined();
    expect(await changesTold(user.id)).toHaveLength(1);
  });

  test.each([{ email: "new@example.com" }, { password: "new horse" }])("%j needs the present password", async (change) => {
    const { user, refreshToken } = await register(shop);
    await expect(edit(user.id, change)).rejects.toMatchObject({
      type: "VALIDATION_FAILED",
      data: { errors: [{ path: "currentPassword" }] },
    });
    const wrong = { ...change, nickname: "Thief", currentPassword: "wrong horse" };
    await expect(edit(user.id, wrong)).rejects.toMatchObject({ code: 401, type: "INVALID_CREDENTIALS" });
    expect(await me(user.id)).toEqual(user);
    await expect(logIn(shop, user.email)).resolves.toBeDefined();
    await expect(refresh(shop, refreshToken)).resolves.toBeDefined();
    expect(await changesTold(user.id)).toEqual([]);
  });

  test("a taken e-mail address is EMAIL_TAKEN in whatever case, and nothing else of the edit is kept", async () => {
    const [{ user }, { user: other }] = [await register(shop), await register(shop)];
    const changes = { email: other.email.toUpperCase(), nickname: "Double", password: "new horse", currentPassword: password };
    await expect(edit(user.id, changes)).rejects.toMatchObject({ code: 409, type: "EMAIL_TAKEN" });
    expect(await me(user.id)).toEqual(user);
    await expect(logIn(shop, user.email)).resolves.toBeDefined();
    expect(await changesTold(user.id)).toEqual([]);
  });

  test("of 6 users and a newcomer who race for one e-mail address exactly one gets it", async () => {
    const email = newEmail();
    const users = await Promise.all(Array.from({ length: 6 }, () => register(shop)));
    const codes = await Promise.all([
      ...users.map(({ user }) => codeOf(edit(user.id, { email, currentPassword: password }))),
      codeOf(register(shop, email)),
    ]);
    expect(codes.toSorted()).toEqual([...Array<string>(6).fill("EMAIL_TAKEN"), "done"]);
  });

  test("of 6 new passwords that race on one present password exactly one becomes it", async () => {
    const { user } = await register(shop);
    const passwords = Array.from({ length: 6 }, (_, n) => `new horse ${n}`);
    const codes = await Promise.all(passwords.map((one) => codeOf(edit(user.id, { password: one, currentPassword: password }))));
    expect(codes.toSorted()).toEqual([...Array<string>(5).fill("INVALID_CREDENTIALS"), "done"]);
    await expect(logIn(shop, user.email, passwords[codes.indexOf("done")])).resolves.toBeDefined();
  });

  test("edits of different fields that race are both kept", async () => {
    const { user } = await register(shop);
    await Promise.all([
      edit(user.id, { nickname: "Somebody" }),
      edit(user.id, { password: "new horse", currentPassword: password }),
      edit(user.id, { nickname: "Somebody" }),
    ]);
    expect(await me(user.id)).toMatchObject({ nickname: "Somebody" });
    await expect(logIn(shop, user.email, "new horse")).resolves.toBeDefined();
  });

  test("a password that was changed between check and write opens nothing", async () => {
    const { user } = await register(shop);
    const { passwordHash: shown } = (await readUser(db, user.id))!;
    await edit(user.id, { password: "new horse", currentPassword: password });
    const changes = { email: newEmail() };
    const late = db.transaction((tx) => changeAccount(tx, { userId: user.id, shown, changes }, {}));
    expect(await codeOf(late)).toBe("INVALID_CREDENTIALS");
    expect(await me(user.id)).toEqual(user);
  });

  test.each(["password_hash = 'elsewhere'", "nickname = 'Elsewhere'"])(
    "rule 8: when the lock is lost to %s nothing is overwritten",
    async (set) => {
      const { user } = await register(shop);
      const late = db.transaction((tx) =>
        changeAccount(
          lostLock(tx, `update user set ${set} where id = ?`, [user.id]),
          { userId: user.id, changes: { nickname: "Somebody" } },
          {},
        ),
      );
      await expect(late).rejects.toThrow(DecideAgain);
      expect(await me(user.id)).toEqual(user);
    },
  );

  test("nothing to change is VALIDATION_FAILED, an unknown account USER_NOT_FOUND", async () => {
    const { user } = await register(shop);
    expect(await codeOf(edit(user.id, { currentPassword: password }))).toBe("VALIDATION_FAILED");
    expect(await codeOf(edit("nobody", { nickname: "Somebody" }))).toBe("USER_NOT_FOUND");
  });

  test("neither role nor id can be edited", async () => {
    const { user } = await register(shop);
    for (const change of [{ role: "admin" }, { id: "x" }])
      expect(await codeOf(edit(user.id, { nickname: "B", ...change }))).toBe("VALIDATION_FAILED");
  });
});

describe("staff's reads", () => {
  const list = (params: object = {}) => shop.broker.call<Page<View>, object>("user.list", params);

  test("one account by its id", async () => {
    const { user } = await register(shop);
    expect(await shop.broker.call("user.read", { id: user.id })).toEqual(user);
    await expect(shop.broker.call("user.read", { id: "nobody" })).rejects.toMatchObject({ code: 404, type: "USER_NOT_FOUND" });
  });

  test("all accounts, the newest first, page by page, without gaps or repeats, and without hashes", async () => {
    const users: View[] = [];
    for (const _ of [1, 2, 3, 4, 5]) users.push((await register(shop)).user);
    const seen: View[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<View> = await list({ limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual(users.toReversed());
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    const [count] = await db.select<{ n: number }>("select count(*) as n from user");
    expect(seen).toHaveLength(count!.n);
    expect(JSON.stringify(seen)).not.toMatch(/hash|argon/i);
  });

  test("by an e-mail address, in whatever case, as a whole", async () => {
    const { user } = await register(shop);
    expect(await list({ email: user.email.toUpperCase() })).toEqual({ items: [user], nextCursor: null });
    for (const email of ["buyer", "%", user.email.slice(1)]) expect((await list({ email })).items).toEqual([]);
  });

  test("by role, with cursors that keep to it, and by both", async () => {
    const admins: View[] = [];
    for (const _ of [1, 2, 3]) {
      const params = { email: newEmail(), password, nickname: "Staff", role: "admin" };
      admins.push(await shop.broker.call<View, object>("user.create", params));
      await register(shop);
    }
    const first = await list({ role: "admin", limit: 2 });
    const second = await list({ role: "admin", limit: 2, cursor: first.nextCursor });
    expect([...first.items, ...second.items]).toEqual(admins.toReversed());
    expect(second.nextCursor).toBeNull();
    expect((await list({ role: "customer", email: admins[0]!.email })).items).toEqual([]);
  });

  test("a cursor that isn't one of this list's, with this choice, is VALIDATION_FAILED", async () => {
    for (const _ of [1, 2]) await register(shop);
    const { nextCursor: cursor } = await list({ role: "customer", limit: 1 });
    expect(await codeOf(list({ role: "customer", cursor }))).toBe("done");
    for (const params of [{ cursor }, { role: "admin", cursor }, { cursor: "bm90IG91cnM" }])
      expect(await codeOf(list(params))).toBe("VALIDATION_FAILED");
  });
});
