import { busOf } from "../../lib/bus";
import { tokenVerifier } from "../../lib/tokens";
import type { Database } from "../../mixins/database";
import { databaseOf } from "../../test/support/database-of";
import { startShop, type TestShop } from "../../test/support/shop";
import { waitFor } from "../../test/support/wait";
import { hashOf } from "./refresh-tokens";
import { logIn, newEmail, password, register } from "./user.fixture";

let shop: TestShop;
let db: Database;
beforeAll(async () => {
  shop = await startShop({ only: ["user"] });
  db = databaseOf(shop, "user");
});

test("registers and signs in: the tokens are good, and nothing tells the password", async () => {
  const email = newEmail();
  const session = await register(shop, email);
  expect(session).toMatchObject({ expiresIn: shop.config.accessTokenSeconds, user: { email, nickname: "Buyer", role: "customer" } });
  expect(JSON.stringify(session)).not.toMatch(/hash|argon/i);
  const verify = await tokenVerifier(shop.config);
  expect(await verify(session.accessToken)).toEqual({ id: session.user.id, role: "customer" });
  expect(await shop.broker.call("user.me", { userId: session.user.id })).toEqual(session.user);
  expect(await verify((await logIn(shop, email)).accessToken)).toEqual({ id: session.user.id, role: "customer" });
});

test("of 8 racing registrations of one e-mail address exactly one wins, in whatever case it is written", async () => {
  const email = newEmail();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      register(shop, n % 2 ? email : email.toUpperCase()).then(
        () => "registered",
        (error: { type: string }) => error.type,
      ),
    ),
  );
  expect(answers.toSorted()).toEqual([...Array<string>(7).fill("EMAIL_TAKEN"), "registered"]);
  expect(await db.select("select email from user where email = ?", [email])).toHaveLength(1);
});

test("a wrong password and an unknown e-mail address get the same answer", async () => {
  const email = newEmail();
  await register(shop, email);
  const refusals = await Promise.all(
    [logIn(shop, email, "wrong horse"), logIn(shop, newEmail())].map((attempt) =>
      attempt.catch((error: { code: number; type: string; message: string }) => error),
    ),
  );
  for (const refusal of refusals)
    expect(refusal).toMatchObject({ code: 401, type: "INVALID_CREDENTIALS", message: "E-mail or password is wrong" });
});

test("the e-mail address is compared in lower case", async () => {
  const email = newEmail();
  await register(shop, email.toUpperCase());
  for (const written of [email, email.toUpperCase()])
    await expect(logIn(shop, written)).resolves.toMatchObject({ expiresIn: shop.config.accessTokenSeconds });
});

test("refresh tokens are stored as hashes, each log-in starting a family of its own", async () => {
  const email = newEmail();
  const { user, refreshToken } = await register(shop, email);
  const { refreshToken: second } = await logIn(shop, email);
  const rows = await db.select<{ token_hash: string; family: string }>("select * from refresh_token where user_id = ?", [user.id]);
  expect(rows.map((row) => row.token_hash).toSorted()).toEqual([refreshToken, second].map(hashOf).toSorted());
  expect(new Set(rows.map((row) => row.family)).size).toBe(2);
  expect(JSON.stringify(rows)).not.toContain(refreshToken);
});

test("refresh tokens that have expired are removed when the service starts; the others stay", async () => {
  const email = newEmail();
  const { user, refreshToken } = await register(shop, email);
  const { refreshToken: expired } = await logIn(shop, email);
  await db.transaction((tx) => tx.execute("update refresh_token set expires_at = ? where token_hash = ?", [Date.now(), hashOf(expired)]));
  await shop.stop();
  shop = await shop.again();
  db = databaseOf(shop, "user");
  const hashes = async () =>
    (await db.select<{ hash: string }>("select token_hash as hash from refresh_token where user_id = ?", [user.id])).map(
      ({ hash }) => hash,
    );
  await waitFor(async () => (await hashes()).length === 1, { what: "the expired token to go" });
  expect(await hashes()).toEqual([hashOf(refreshToken)]);
});

test("an account with a role is made for staff; customers register as customers only", async () => {
  const email = newEmail();
  await expect(shop.broker.call("user.create", { email, password, nickname: "Staff", role: "admin" })).resolves.toMatchObject({
    email,
    role: "admin",
  });
  const params = { email: newEmail(), password, nickname: "Buyer", role: "admin" };
  await expect(shop.broker.call("user.register", params)).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
});

test("an unknown account is USER_NOT_FOUND", async () => {
  await expect(shop.broker.call("user.me", { userId: "nobody" })).rejects.toMatchObject({ code: 404, type: "USER_NOT_FOUND" });
});

test("staff's reads never show a password's hash, and can't be filtered by it", async () => {
  const { user } = await register(shop);
  const [found] = await shop.broker.call<object[], object>("user.find", { query: { id: user.id } });
  expect(found).toMatchObject({ id: user.id });
  expect(JSON.stringify(found)).not.toMatch(/hash|argon/i);
  await expect(shop.broker.call("user.find", { query: { password_hash: "x" } })).rejects.toBeDefined();
});

test("I7: a registration is told with its commit; one that lost the race is not", async () => {
  const email = newEmail();
  const told: { userId: string; email: string }[] = [];
  const subscription = await busOf(shop.broker).subscribe({
    group: "test-user",
    topics: ["commerce.user.v1"],
    maxBatch: 100,
    async onBatch(messages) {
      told.push(...messages.map(({ payload }) => JSON.parse(payload) as { userId: string; email: string }));
    },
  });
  await Promise.allSettled([register(shop, email), register(shop, email), register(shop, email)]);
  const last = newEmail();
  await register(shop, last);
  await waitFor(() => told.some((one) => one.email === last));
  await subscription.stop();
  expect(told.filter((one) => one.email === email)).toHaveLength(1);
});
