import type { z } from "zod";

import type { TestShop } from "../../test/support/shop";
import type { tokens, user } from "./user.contract";

export const password = "correct horse";

export type Session = z.output<typeof tokens>;

let names = 0;
export const newEmail = () => `buyer${++names}@example.com`;

export const register = ({ broker }: TestShop, email = newEmail()) =>
  broker.call<z.output<typeof user.$actions.register.result>, object>("user.register", { email, password, nickname: "Buyer" });

export const logIn = ({ broker }: TestShop, email: string, given = password) =>
  broker.call<Session, object>("user.login", { email, password: given });

export const refresh = ({ broker }: TestShop, refreshToken: string) => broker.call<Session, object>("user.refresh", { refreshToken });

/** `done`, or the code of the refusal. */
export const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "done",
    ({ type }: { type: string }) => type,
  );
