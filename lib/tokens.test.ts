import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { decodeJwt, SignJWT, UnsecuredJWT } from "jose";

import { loadConfig, type Config } from "./config";
import { tokenKeys } from "./keys";
import { tokenSigner, tokenVerifier } from "./tokens";

let folder: string;
let config: Config;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokens-"));
  config = loadConfig({ DATA_DIR: folder }, []);
});
afterAll(() => rm(folder, { recursive: true }));

const buyer = { id: "u1", role: "customer" } as const;
const unauthenticated = (detail: RegExp) => expect.objectContaining({ type: "UNAUTHENTICATED", message: expect.stringMatching(detail) });

/** A token that is right but for what is changed. */
async function forged(
  change: (jwt: SignJWT) => SignJWT,
  options: { alg?: string; key?: Parameters<SignJWT["sign"]>[0]; role?: string } = {},
) {
  const { privateKey } = await tokenKeys(config);
  const payload = decodeJwt(await (await tokenSigner(config))(buyer));
  const jwt = new SignJWT({ ...payload, role: options.role ?? "customer" }).setProtectedHeader({ alg: options.alg ?? "EdDSA" });
  return change(jwt).sign(options.key ?? privateKey!);
}

test("a token tells who it was made for, with its claims", async () => {
  const token = await (await tokenSigner(config))(buyer);
  expect(await (await tokenVerifier(config))(token)).toEqual(buyer);
  const claims = decodeJwt(token);
  expect(claims).toMatchObject({ sub: "u1", role: "customer", jti: expect.any(String) });
  expect(claims.exp! - claims.iat!).toBe(15 * 60);
});

test("its life can be given", async () => {
  const claims = decodeJwt(await (await tokenSigner(config))(buyer, 86_400));
  expect(claims.exp! - claims.iat!).toBe(86_400);
});

test("a token that was changed only in kind passes, so that the refusals below are for their own reason", async () => {
  expect(await (await tokenVerifier(config))(await forged((jwt) => jwt))).toEqual(buyer);
});

const refused: [string, () => Promise<string>][] = [
  ["text", async () => "hello"],
  ["nothing", async () => ""],
  ["alg none", async () => new UnsecuredJWT(decodeJwt(await (await tokenSigner(config))(buyer))).encode()],
  [
    "a symmetric signature with the public key",
    async () => {
      const { publicKey } = await tokenKeys(config);
      return forged((jwt) => jwt, { alg: "HS256", key: publicKey.export({ type: "spki", format: "der" }) });
    },
  ],
  ["another key", () => forged((jwt) => jwt, { key: generateKeyPairSync("ed25519").privateKey })],
  ["another issuer", () => forged((jwt) => jwt.setIssuer("elsewhere"))],
  ["another audience", () => forged((jwt) => jwt.setAudience("elsewhere"))],
  ["a role that there isn't", () => forged((jwt) => jwt, { role: "root" })],
  ["no subject", () => forged((jwt) => jwt.setSubject(""))],
  [
    "a changed payload",
    async () => {
      const [head, body, signature] = (await (await tokenSigner(config))(buyer)).split(".");
      const claims = { ...JSON.parse(Buffer.from(body!, "base64url").toString()), role: "admin" };
      return [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    },
  ],
];
test.each(refused)("%s is UNAUTHENTICATED", async (_what, make) => {
  const verify = await tokenVerifier(config);
  await expect(verify(await make())).rejects.toEqual(unauthenticated(/is not valid/));
});

test("an expired token is UNAUTHENTICATED, also one that was remembered as good", async () => {
  let time = Date.now();
  const verify = await tokenVerifier(config, { clock: () => time });
  const token = await (await tokenSigner(config))(buyer);
  await verify(token);
  expect(verify(token)).toEqual(buyer); // remembered: no promise
  time += 15 * 60 * 1000;
  await expect(verify(token)).rejects.toEqual(unauthenticated(/has expired/));
});

test("remembers no more than it was told to, the oldest go", async () => {
  const sign = await tokenSigner(config);
  const verify = await tokenVerifier(config, { max: 2 });
  const tokens = await Promise.all(["a", "b", "c"].map((id) => sign({ id, role: "customer" })));
  for (const token of tokens) await verify(token);
  expect(verify(tokens[1]!)).toEqual({ id: "b", role: "customer" });
  expect(verify(tokens[2]!)).toEqual({ id: "c", role: "customer" });
  expect(verify(tokens[0]!)).toBeInstanceOf(Promise);
});
