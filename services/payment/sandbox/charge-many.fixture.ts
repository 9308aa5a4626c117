/** Charges the keys k0, k1, … with one card, all at once, and prints what became of each. */
import { openSandboxProvider } from "./sandbox-provider";

async function chargeMany(file: string, keys: number): Promise<void> {
  const provider = await openSandboxProvider({ file });
  const charge = { amount: 100, currency: "KRW" as const, token: "tok_ok" };
  const never = new AbortController().signal;
  const outcomes = await Promise.all(Array.from({ length: keys }, (_, key) => provider.charge(`k${key}`, charge, never)));
  console.log(JSON.stringify(outcomes));
  await provider.close();
}

void chargeMany(process.argv[2] ?? "", Number(process.argv[3]));
