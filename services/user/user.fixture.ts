import type { TestShop } from "../../test/support/shop";

export const password = "correct horse";

/** What registering answers; of signing in and refreshing all but `user`. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  user: { id: string; email: string; nickname: string; role: string; createdAt: string };
}

let names = 0;
export const newEmail = () => `buyer${++names}@example.com`;

export const register = ({ broker }: TestShop, email = newEmail()) =>
  broker.call<Session, object>("user.register", { email, password, nickname: "Buyer" });

export const logIn = ({ broker }: TestShop, email: string, given = password) =>
  broker.call<Session, object>("user.login", { email, password: given });

export const refresh = ({ broker }: TestShop, refreshToken: string) => broker.call<Session, object>("user.refresh", { refreshToken });

/** `done`, or the code of the refusal. */
export const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "done",
    ({ type }: { type: string }) => type,
  );
