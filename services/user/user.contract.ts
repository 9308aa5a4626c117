import { z } from "zod";

import { action, contract, event } from "../../lib/contract";
import { defaultLanguage, language } from "../../lib/language";
import { id, nothing, page, pageOf, text, time } from "../../lib/schemas";

export const role = z.enum(["customer", "admin"]).meta({ id: "Role" });

export const userView = z.strictObject({ id, email: z.email(), nickname: z.string(), language, role, createdAt: time }).meta({
  id: "User",
  examples: [
    {
      id: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f50",
      email: "kim@example.com",
      nickname: "Kim",
      language: "ko",
      role: "customer",
      createdAt: "2026-11-24T09:00:00.000Z",
    },
  ],
});

const email = z
  .email()
  .max(254)
  .transform((address) => address.toLowerCase());
const password = z.string().min(8).max(128);
const nickname = text(50);

const refreshToken = z.string().min(1).max(200);

/** What the events of a user tell of him. Those from before there was a choice of languages don't tell one. */
const described = z.strictObject({
  userId: id,
  email: z.string().meta({ description: "Where messages to him go" }),
  nickname: z.string().meta({ description: "How he is addressed" }),
  language: language.default(defaultLanguage).meta({ description: "In which he is written to" }),
  role,
});
const describedExample = {
  userId: "0198c2f0-7d7a-7c36-9f3e-5b1c2d3e4f51",
  email: "kim@example.com",
  nickname: "Kim",
  language: "en",
  role: "customer",
} as const;

/** `expiresIn` is the access token's life in seconds. */
export const tokens = z
  .strictObject({ accessToken: z.string(), refreshToken: z.string(), expiresIn: z.int().meta({ description: "Seconds", examples: [900] }) })
  .meta({ id: "Tokens" });

export const user = contract("user", {
  actions: {
    register: action({
      params: z
        .strictObject({ email, password, nickname, language: language.default(defaultLanguage) })
        .meta({ examples: [{ email: "kim@example.com", password: "correct horse", nickname: "Kim", language: "ko" }] }),
      result: tokens.extend({ user: userView }),
      refuses: ["EMAIL_TAKEN"],
      publishes: true,
      rest: { route: "POST /auth/register", auth: "public", summary: "Open an account" },
    }),
    login: action({
      params: z
        .strictObject({ email: z.string().max(254), password: z.string().max(128) })
        .meta({ examples: [{ email: "customer@example.com", password: "correct horse" }] }),
      result: tokens,
      refuses: ["INVALID_CREDENTIALS"],
      rest: { route: "POST /auth/login", auth: "public", status: 200, summary: "Sign in" },
    }),
    /** Exchanges a refresh token for a new one, once; a second time revokes all that came of the log-in. */
    refresh: action({
      params: z.strictObject({ refreshToken }),
      result: tokens,
      refuses: ["UNAUTHENTICATED", "TOKEN_REUSED"],
      rest: { route: "POST /auth/refresh", auth: "public", status: 200, summary: "Exchange a refresh token for new tokens, once" },
    }),
    /** Ends what came of a log-in. A token that is unknown, or somebody else's, ends nothing. */
    logout: action({
      params: z.strictObject({ userId: id, refreshToken }),
      result: nothing,
      rest: { route: "POST /auth/logout", status: 204, summary: "Sign out: end what came of a log-in" },
    }),
    me: action({
      params: z.strictObject({ userId: id }),
      result: userView,
      refuses: ["USER_NOT_FOUND"],
      rest: { route: "GET /users/me", summary: "Your account" },
    }),
    /** A new e-mail address or password needs the present password; a new password ends all log-ins. */
    edit: action({
      params: z
        .strictObject({
          userId: id,
          nickname: nickname.optional(),
          language: language.optional(),
          email: email.optional(),
          password: password.optional(),
          currentPassword: z.string().max(128).optional(),
        })
        .refine((p) => [p.nickname, p.language, p.email, p.password].some((one) => one !== undefined), "has nothing to change")
        .refine((p) => (p.email === undefined && p.password === undefined) || p.currentPassword !== undefined, {
          path: ["currentPassword"],
          message: "is required for a new e-mail address or password",
        })
        .meta({ examples: [{ nickname: "Kim" }] }),
      result: userView,
      refuses: ["USER_NOT_FOUND", "INVALID_CREDENTIALS", "EMAIL_TAKEN"],
      publishes: true,
      rest: { route: "PATCH /users/me", summary: "Change your account; e-mail and password need the present password" },
    }),
    read: action({
      params: z.strictObject({ id }),
      result: userView,
      refuses: ["USER_NOT_FOUND"],
      rest: { route: "GET /users/:id", auth: "admin", summary: "An account" },
    }),
    list: action({
      params: z.strictObject({ email: z.string().max(254).optional(), role: role.optional(), ...page }),
      result: pageOf(userView),
      rest: { route: "GET /users", auth: "admin", summary: "Accounts" },
    }),
    /** For staff's tools and the seed: an account with a role. Not reachable over REST. */
    create: action({
      params: z.strictObject({ email, password, nickname, language: language.default(defaultLanguage), role }),
      result: userView,
      refuses: ["EMAIL_TAKEN"],
    }),
  },
  events: {
    registered: event("commerce.user.v1", {
      key: "userId",
      summary: "Somebody has opened an account.",
      data: described,
      example: describedExample,
    }),
    changed: event("commerce.user.v1", {
      key: "userId",
      summary: "An account has changed; this is what it is now.",
      data: described,
      example: { ...describedExample, nickname: "Kim S." },
    }),
  },
});
