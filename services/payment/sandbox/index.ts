import { join } from "node:path";

import type { Service, ServiceSchema } from "moleculer";

import { configOf } from "../../../lib/config";
import type { PaymentProvider } from "../provider";
import { openSandboxProvider } from "./sandbox-provider";

/** What the sandbox is called in the path of its webhooks. */
export const sandboxName = "sandbox";

const providers = new WeakMap<Service, PaymentProvider>();

/** The provider of a payment service that runs. */
export function providerOf(host: Service): PaymentProvider {
  const provider = providers.get(host);
  if (!provider) throw new Error(`${host.name} has no payment provider: it isn't started`);
  return provider;
}

/** Gives the payment service the sandbox as its provider, with a file of its own in the data folder wherever the databases are. */
export const sandboxProvider: Partial<ServiceSchema> = {
  async started(this: Service) {
    providers.set(this, await openSandboxProvider({ file: join(configOf(this.broker).dataDir, "sandbox-provider.sqlite") }));
  },
  async stopped(this: Service) {
    await providers.get(this)?.close();
  },
};
