/**
 * What one log-in leads to. Nobody who holds a token that was replaced, revoked or logged out gets a new one, whoever else asks at the
 * same time.
 */
import { tokenVerifier } from "../../lib/tokens";
import type { Database } from "../../mixins/database";
import { databaseOf } from "../../test/support/database-of";
import { startShop, type TestShop } from "../../test/support/shop";
import { startSession } from "./log-in";
import { hashOf, refreshTokenMs } from "./refresh-tokens";
import { codeOf, logIn, newEmail, password, refresh, register, type Session } from "./user.fixture";
import { readUser } from "./users";

let shop: TestShop;
/** Another node on the same database. */
let other: TestShop;
let db: Database;
beforeAll(async () => {
  shop = await startShop({ only: ["user"] });
  other = await shop.again();
  db = databaseOf(shop, "user");
});

const logOut = (userId: string, refreshToken: string, { broker } = shop) =>
  broker.call<object, object>("user.logout", { userId, refreshToken });

interface Row {
  hash: string;
  family: string;
  usedAt: number | null;
  expiresAt: number;
}
const row = async (token: string) => {
  const [found] = await db.select<Row>(
    "select token_hash as hash, family, used_at as usedAt, expires_at as expiresAt from refresh_token where token_hash = ?",
    [hashOf(token)],
  );
  return found;
};
const expire = (token: string) =>
  db.transaction((tx) => tx.execute("update refresh_token set expires_at = ? where token_hash = ?", [Date.now(), hashOf(token)]));
const tokensLeft = (userId: string) => db.select("select family from refresh_token where user_id = ? and used_at is null", [userId]);

/** A family of three: the first two tokens were used. */
async function family() {
  const { user, refreshToken: first } = await register(shop);
  const { refreshToken: second } = await refresh(shop, first);
  const { refreshToken: third } = await refresh(shop, second);
  return { user, first, second, third };
}

describe("refresh", () => {
  test("gives a good access token and a new refresh token of the same family, with its whole life before it", async () => {
    const { user, refreshToken } = await register(shop);
    const before = Date.now();
    await db.transaction((tx) =>
      tx.execute("update refresh_token set expires_at = ? where token_hash = ?", [before + 60_000, hashOf(refreshToken)]),
    );
    const next = await refresh(shop, refreshToken);
    expect(next).toEqual({ accessToken: expect.any(String), refreshToken: expect.any(String), expiresIn: shop.config.accessTokenSeconds });
    const verify = await tokenVerifier(shop.config);
    expect(await verify(next.accessToken)).toEqual({ id: user.id, role: "customer" });
    const [old, fresh] = [await row(refreshToken), await row(next.refreshToken)];
    expect(old).toMatchObject({ usedAt: expect.any(Number), family: fresh?.family });
    expect(fresh).toMatchObject({ usedAt: null });
    expect(fresh?.expiresAt).toBeGreaterThanOrEqual(before + refreshTokenMs);
    await expect(refresh(shop, next.refreshToken)).resolves.toBeDefined();
  });

  test("the access token has the role that the account has now: an admin who was demoted gets a customer's", async () => {
    const email = newEmail();
    const admin = await shop.broker.call<{ id: string }, object>("user.create", { email, password, nickname: "Staff", role: "admin" });
    const verify = await tokenVerifier(shop.config);
    const { accessToken, refreshToken } = await logIn(shop, email);
    expect(await verify(accessToken)).toEqual({ id: admin.id, role: "admin" });
    await db.transaction((tx) => tx.execute("update user set role = 'customer' where id = ?", [admin.id]));
    expect(await verify((await refresh(shop, refreshToken)).accessToken)).toEqual({ id: admin.id, role: "customer" });
  });

  test("an unknown or expired token is UNAUTHENTICATED; one that was used and has expired ends nothing", async () => {
    const { first, third } = await family();
    await expire(first);
    for (const token of ["nonsense", first]) expect(await codeOf(refresh(shop, token))).toBe("UNAUTHENTICATED");
    await expect(refresh(shop, third)).resolves.toBeDefined();
    const { refreshToken: unused } = await register(shop);
    await expire(unused);
    expect(await codeOf(refresh(shop, unused))).toBe("UNAUTHENTICATED");
    expect(await row(unused)).toMatchObject({ usedAt: null });
  });

  test("an account that is gone gets nothing", async () => {
    const { user, refreshToken } = await register(shop);
    await db.transaction((tx) => tx.execute("delete from user where id = ?", [user.id]));
    expect(await codeOf(refresh(shop, refreshToken))).toBe("UNAUTHENTICATED");
  });
});

describe("reuse of a refresh token", () => {
  test("is TOKEN_REUSED, again and again, and makes the family's newer tokens worthless; another log-in goes on", async () => {
    const { user, first, second, third } = await family();
    const { refreshToken: elsewhere } = await logIn(shop, user.email);
    await expect(refresh(shop, first)).rejects.toMatchObject({ code: 401, type: "TOKEN_REUSED" });
    await expect(refresh(shop, third)).rejects.toMatchObject({ code: 401, type: "UNAUTHENTICATED" });
    for (const token of [second, first]) expect(await codeOf(refresh(shop, token))).toBe("TOKEN_REUSED");
    await expect(refresh(shop, elsewhere)).resolves.toBeDefined();
  });

  test("is remembered by the database, so that every node knows of it", async () => {
    const { first, third } = await family();
    expect(await codeOf(refresh(shop, first))).toBe("TOKEN_REUSED");
    expect(await codeOf(refresh(other, third))).toBe("UNAUTHENTICATED");
    expect(await codeOf(refresh(other, first))).toBe("TOKEN_REUSED");
  });

  test("of 8 exchanges that race on two nodes exactly one wins, and what it won is worthless", async () => {
    const { user, refreshToken } = await register(shop);
    const won: Session[] = [];
    const codes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => codeOf(refresh(n % 2 ? shop : other, refreshToken).then((session) => won.push(session)))),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(7).fill("TOKEN_REUSED"), "done"]);
    expect(await codeOf(refresh(shop, won[0]!.refreshToken))).toBe("UNAUTHENTICATED");
    expect(await tokensLeft(user.id)).toEqual([]);
  });

  test("while another node exchanges the family's newest token: none is left, in whatever order they come", async () => {
    for (let round = 0; round < 20; round++) {
      const { user, first, third } = await family();
      const [reused, exchanged] = await Promise.all([codeOf(refresh(shop, first)), codeOf(refresh(other, third))]);
      expect(reused).toBe("TOKEN_REUSED");
      expect(["done", "UNAUTHENTICATED"]).toContain(exchanged);
      expect(await tokensLeft(user.id)).toEqual([]);
    }
  });
});

describe("log-out", () => {
  test("ends what came of that log-in, and nothing else", async () => {
    const { user, third } = await family();
    const { refreshToken: elsewhere } = await logIn(shop, user.email);
    expect(await logOut(user.id, third)).toEqual({});
    expect(await codeOf(refresh(shop, third))).toBe("UNAUTHENTICATED");
    await expect(refresh(shop, elsewhere)).resolves.toBeDefined();
  });

  test("with a token that was replaced ends the log-in too", async () => {
    const { user, first, third } = await family();
    await logOut(user.id, first);
    expect(await codeOf(refresh(shop, third))).toBe("UNAUTHENTICATED");
  });

  test("with an unknown token or somebody else's ends nothing, and doesn't say so", async () => {
    const [mine, others] = [await register(shop), await register(shop)];
    for (const token of ["nonsense", others.refreshToken]) expect(await logOut(mine.user.id, token)).toEqual({});
    await expect(refresh(shop, others.refreshToken)).resolves.toBeDefined();
    await expect(refresh(shop, mine.refreshToken)).resolves.toBeDefined();
  });

  test("while another node exchanges the token: none is left, in whatever order they come", async () => {
    for (let round = 0; round < 20; round++) {
      const { user, refreshToken } = await register(shop);
      const [exchanged] = await Promise.all([codeOf(refresh(other, refreshToken)), logOut(user.id, refreshToken)]);
      expect(["done", "UNAUTHENTICATED"]).toContain(exchanged);
      expect(await tokensLeft(user.id)).toEqual([]);
    }
  });
});

test("a log-in whose password was changed between check and session is refused", async () => {
  const { user } = await register(shop);
  const checked = (await readUser(db, user.id))!;
  await shop.broker.call("user.edit", { userId: user.id, password: "new horse", currentPassword: password });
  expect(await codeOf(db.transaction((tx) => startSession(tx, checked)))).toBe("INVALID_CREDENTIALS");
  expect(await tokensLeft(user.id)).toEqual([]);
});
