import { z } from "zod";

import { action, contract, event } from "../../lib/contract";
import { id, text, time } from "../../lib/schemas";

export const role = z.enum(["customer", "admin"]);

export const userView = z.strictObject({ id, email: z.email(), nickname: z.string(), role, createdAt: time });

const email = z
  .email()
  .max(254)
  .transform((address) => address.toLowerCase());
const password = z.string().min(8).max(128);
const nickname = text(50);

/** `expiresIn` is the access token's life in seconds. */
export const tokens = z.strictObject({ accessToken: z.string(), refreshToken: z.string(), expiresIn: z.int() });

export const user = contract("user", {
  actions: {
    register: action({
      params: z.strictObject({ email, password, nickname }),
      result: tokens.extend({ user: userView }),
      refuses: ["EMAIL_TAKEN"],
      rest: { route: "POST /auth/register", auth: "public" },
    }),
    login: action({
      params: z.strictObject({ email: z.string().max(254), password: z.string().max(128) }),
      result: tokens,
      refuses: ["INVALID_CREDENTIALS"],
      rest: { route: "POST /auth/login", auth: "public", status: 200 },
    }),
    me: action({ params: z.strictObject({ userId: id }), result: userView, refuses: ["USER_NOT_FOUND"], rest: "GET /users/me" }),
    /** For staff's tools and the seed: an account with a role. Not reachable over REST. */
    create: action({
      params: z.strictObject({ email, password, nickname, role }),
      result: userView,
      refuses: ["EMAIL_TAKEN"],
    }),
  },
  events: {
    registered: event("commerce.user.v1", {
      key: "userId",
      data: z.strictObject({ userId: id, email: z.string(), nickname: z.string(), role }),
    }),
  },
});
