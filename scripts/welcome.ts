import type { Config } from "../lib/config";
import { product } from "../services/product/product.contract";
import { callOf } from "./call";
import type { Demo } from "./demo-data";
import type { Shop } from "./shop";

/** What is printed when a shop is open: where it is, who can log in, and three lines to paste into a shell that buy something. */
export async function welcome(shop: Shop, demo: Demo | undefined): Promise<string> {
  const { url, config } = shop;
  const seconds = process.uptime().toFixed(1);
  if (!url) return [`Running ${config.services.join(", ")}, ready in ${seconds} s.`, ...(demo ? ["", ...logins(demo), ""] : [])].join("\n");
  return [
    `The shop is open at ${url} (ready in ${seconds} s, ${whereOf(config)})`,
    `To read and to try: ${url}/docs`,
    ...(demo ? ["", ...logins(demo), "", "Browse, log in, buy:", ...(await lines(shop, url, demo))] : unseeded(shop)),
    "",
  ].join("\n");
}

/** Not the URLs, which may hold passwords. */
const whereOf = ({ embedded, dataDir }: Config) =>
  embedded ? `data in ${dataDir}` : `databases as their URLs say, everything else in ${dataDir}`;

/** Why there is nobody to log in as. */
function unseeded({ config }: Shop): string[] {
  return config.seed === "demo" ? ["", `No demo goods and accounts from here: ${whyNot(config)}.`] : [];
}

function whyNot({ services, transporter }: Config): string {
  if (transporter && !services.includes("user")) return "the node with the service user has them and prints the log-ins";
  return "the databases are not empty, or not all of their services run here";
}

function logins({ accounts, password }: Demo): string[] {
  return accounts.map(({ role, email }) => `  ${role.padEnd(8)}  ${email.padEnd(20)}  password ${password}`);
}

/** They need a POSIX shell and curl, nothing else. The key makes each paste an order of its own. */
async function lines({ broker }: Shop, url: string, { accounts, password }: Demo): Promise<string[]> {
  const api = `${url}/api/v1`;
  const json = "-H 'Content-Type: application/json'";
  const customer = accounts.find(({ role }) => role === "customer");
  const { items } = await callOf(broker)(product.list, { limit: 100 });
  const bought = items.findLast(({ stock }) => stock > 0);
  const order = { items: [{ productId: bought?.id ?? "…", quantity: 1 }], payment: { method: "CASH" } };
  const login = quoted(JSON.stringify({ email: customer?.email, password }));
  return [
    `  curl -s '${api}/products?limit=3'; echo`,
    `  TOKEN=$(curl -s ${api}/auth/login ${json} -d ${login} | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${api}/orders -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(date +%s)" ${json} -d ${quoted(JSON.stringify(order))}; echo`,
  ];
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
