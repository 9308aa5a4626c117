/** Secrets of a node: given by configuration, or made once and kept in its data folder, readable by its owner only. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from "node:crypto";
import { link, mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

import { ConfigError, type Config } from "./config";

/** Ed25519. The private key is missing on a node that only checks tokens. */
interface TokenKeys {
  privateKey?: KeyObject;
  publicKey: KeyObject;
}

/** The pair that signs and checks access tokens: that of the configuration, else the one in `DATA_DIR/token-key.pem`. */
export async function tokenKeys(config: Config): Promise<TokenKeys> {
  const { tokenPrivateKey, tokenPublicKey } = config;
  if (tokenPrivateKey) return pairOf(tokenPrivateKey, tokenPublicKey);
  if (tokenPublicKey) return { publicKey: createPublicKey(tokenPublicKey) };
  if (config.production) throw new ConfigError("TOKEN_PRIVATE_KEY or TOKEN_PUBLIC_KEY is missing: no keys are made up in production");
  const file = tokenKeyFile(config);
  const pem = await keptSecret(file, newPrivateKey);
  try {
    return pairOf(pem);
  } catch (error) {
    throw new ConfigError(`${file} doesn't hold a private key (${(error as Error).message}); remove it to have a new one made`);
  }
}

/** Where the pair is kept that wasn't given. */
export const tokenKeyFile = ({ dataDir }: Config) => join(dataDir, "token-key.pem");

function pairOf(privatePem: string, publicPem?: string): TokenKeys {
  const privateKey = createPrivateKey(privatePem);
  const publicKey = createPublicKey(privateKey);
  if (publicPem && !createPublicKey(publicPem).equals(publicKey))
    throw new ConfigError("TOKEN_PUBLIC_KEY doesn't belong to TOKEN_PRIVATE_KEY");
  return { privateKey, publicKey };
}

const newPrivateKey = () => generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/**
 * The secret in a file, made the first time. All processes that start at once get the same one: a whole file appears under the name or
 * none, and the first that puts it there wins. Mode 0600.
 */
export async function keptSecret(file: string, make: () => string): Promise<string> {
  const kept = await readIfThere(file);
  if (kept !== undefined) return kept;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeDurably(draft, make());
  try {
    await link(draft, file); // unlike a rename it fails when the other process was first
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS")
      await rename(draft, file); // a file system without links
    else if (code !== "EEXIST") throw error;
  } finally {
    await unlink(draft).catch(ignoreMissing);
  }
  return readFile(file, "utf8");
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const readIfThere = (file: string) => readFile(file, "utf8").catch(ignoreMissing);

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
