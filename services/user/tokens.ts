/** What a client gets who has shown who he is. */
import type { Config } from "../../lib/config";
import { type TokenSigner, tokenSigner } from "../../lib/tokens";
import type { UserRow } from "./users";

const signers = new WeakMap<Config, Promise<TokenSigner>>();

/** One for a node, which reads its key once. Rejects when there is no key to sign with. */
export function signerOf(config: Config): Promise<TokenSigner> {
  let signer = signers.get(config);
  if (!signer) {
    signer = tokenSigner(config);
    signers.set(config, signer);
  }
  return signer;
}

export async function accessTokenOf({ id, role }: UserRow, config: Config): Promise<{ accessToken: string; expiresIn: number }> {
  const sign = await signerOf(config);
  return { accessToken: await sign({ id, role }), expiresIn: config.accessTokenSeconds };
}
