/** Access tokens: JWTs signed with Ed25519. Who holds the public key can check them without asking anybody. */
import { hash, randomUUID } from "node:crypto";

import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";

import { now } from "./clock";
import { ConfigError, type Config } from "./config";
import { ShopError } from "./errors";
import type { Caller } from "./handlers";
import { tokenKeys } from "./keys";
import { oncePer } from "./once-per";

const algorithm = "EdDSA";
const issuer = "moleculer-commerce";
const audience = "moleculer-commerce/api";

/** Signs a token for a caller. It lives for `config.accessTokenSeconds` unless told otherwise. */
export type TokenSigner = (caller: Caller, seconds?: number) => Promise<string>;

/** Tells whose token it is, or throws UNAUTHENTICATED. A promise only for a token that it hasn't seen lately. */
export type TokenVerifier = (token: string) => Caller | Promise<Caller>;

/** The signer of this node. Its key is read and imported once. Rejects with a `ConfigError` when there is none to sign with. */
export const tokenSigner = oncePer(createSigner);

async function createSigner(config: Config): Promise<TokenSigner> {
  const { privateKey } = await tokenKeys(config);
  if (!privateKey) throw new ConfigError("TOKEN_PRIVATE_KEY is missing: access tokens are signed with it");
  return ({ id, role }, seconds = config.accessTokenSeconds) => {
    const issuedAt = Math.floor(now() / 1000);
    return new SignJWT({ role })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(id)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + seconds)
      .setJti(randomUUID())
      .sign(privateKey);
  };
}

const claims = z.object({ sub: z.string().min(1).max(64), role: z.enum(["customer", "admin"]), exp: z.int() });

/** Checking a signature costs 0.07 ms, so tokens that were found good are remembered by their hash until they expire, at most `max` of them. */
export async function tokenVerifier(config: Config, { max = 10_000, clock = now } = {}): Promise<TokenVerifier> {
  const { publicKey } = await tokenKeys(config);
  const good = new Map<string, { caller: Caller; expiresAt: number }>();

  const check = async (token: string, key: string): Promise<Caller> => {
    const { sub, role, exp } = await verified(token);
    const caller: Caller = Object.freeze({ id: sub, role });
    if (good.size >= max) good.delete(good.keys().next().value!); // a Map keeps the order of insertion: the oldest goes
    good.set(key, { caller, expiresAt: exp * 1000 });
    return caller;
  };

  const verified = async (token: string) => {
    try {
      const options = { algorithms: [algorithm], issuer, audience, requiredClaims: ["jti", "iat"], currentDate: new Date(clock()) };
      return claims.parse((await jwtVerify(token, publicKey, options)).payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new ShopError("UNAUTHENTICATED", "The access token has expired");
      if (error instanceof errors.JOSEError || error instanceof z.ZodError)
        throw new ShopError("UNAUTHENTICATED", "The access token is not valid");
      throw error;
    }
  };

  return (token) => {
    const key = hash("sha256", token, "base64");
    const known = good.get(key);
    if (known && clock() < known.expiresAt) return known.caller;
    if (known) good.delete(key);
    return check(token, key);
  };
}
