/** What only a running shop knows, asked over HTTP. */
import { existsSync } from "node:fs";

import type { z } from "zod";

import { ConfigError, type Config } from "../../lib/config";
import { tokenKeyFile } from "../../lib/keys";
import { tokenSigner } from "../../lib/tokens";
import { bestseller } from "../../services/bestseller/bestseller.contract";
import { reachable } from "../shop";

type Audit = z.output<typeof bestseller.$actions.audit.result>;

export type Answer = { audit: Audit } | { silent: string };

const path = `/api/v1${bestseller.$actions.audit.rest?.route.replace(/^\w+ /, "")}`;
const patienceMs = 10_000;

/**
 * Asks the shop where its memory differs from its tables.
 * @param url of a shop that must answer. Without it the one of the configuration is asked, and need not be there.
 */
export async function askShop(config: Config, url: string | undefined): Promise<Answer> {
  if (url === undefined && config.port === 0) return { silent: "the port of a running shop is not known: give its --url" };
  const where = url ?? `http://${reachable(config.host)}:${config.port}`;
  try {
    return await ask(`${where.replace(/\/$/, "")}${path}`, await staffToken(config));
  } catch (error) {
    const why = `${where} can't be asked: ${reasonOf(error)}`;
    if (url !== undefined) throw new ShopAway(why);
    return { silent: why };
  }
}

/** The shop that was named does not answer. The message is one line. */
export class ShopAway extends Error {
  override readonly name = "ShopAway";
}

async function ask(where: string, token: string): Promise<Answer> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(where, { headers, signal: AbortSignal.timeout(patienceMs) });
  const body: unknown = await response.json().catch(() => undefined); // what isn't JSON is no audit, and the status is told
  const audit = bestseller.$actions.audit.result.safeParse(body);
  if (response.status === 401) throw new Error("it doesn't know our key, so it is another shop");
  if (response.status !== 200 || !audit.success) throw new Error(`it answers ${response.status}`);
  return { audit: audit.data };
}

/** A token for a minute, for a script that acts for staff as `id`. A key that is made now is that of no shop. */
export async function staffToken(config: Config, id = "reconcile"): Promise<string> {
  const file = tokenKeyFile(config);
  if (!config.tokenPrivateKey && !existsSync(file))
    throw new Error(`there is no key to sign a token with, neither TOKEN_PRIVATE_KEY nor ${file}`);
  const sign = await tokenSigner(config).catch((error: unknown) => {
    throw error instanceof ConfigError ? new Error(`there is no key to sign a token with (${error.message})`) : error;
  });
  return sign({ id, role: "admin" }, 60);
}

/** Why a request failed, in a few words. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string } };
  return cause?.code ?? message;
}
