import type { Config } from "../../lib/config";
import { tokenSigner } from "../../lib/tokens";
import type { UserRow } from "./users";

/** What a client gets who has shown who he is; `expiresIn` in seconds. */
export async function accessTokenOf({ id, role }: UserRow, config: Config): Promise<{ accessToken: string; expiresIn: number }> {
  const sign = await tokenSigner(config);
  return { accessToken: await sign({ id, role }), expiresIn: config.accessTokenSeconds };
}
