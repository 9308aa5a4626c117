import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { atEnd } from "../../../test/support/cleanup";
import { signatureOf, webhookSecretOf } from "../../../test/support/provider";
import { startShop } from "../../../test/support/shop";
import type { Desk } from "../payment.fixture";
import { Sender, webhookOf } from "./webhook.fixture";

let sender: Sender;
let desk: Desk;
beforeAll(async () => {
  sender = await Sender.open();
  ({ desk } = sender);
});

describe("what the provider hasn't signed, or what is no webhook, is refused and leaves nothing:", () => {
  /** How it is refused, and how many webhooks are kept more than before. */
  async function refusalOf(sent: () => Promise<unknown>): Promise<{ type?: string; message?: string; left: number }> {
    const before = await sender.everythingKept();
    const error = await sent().then(
      () => ({}),
      ({ type, message }: { type: string; message: string }) => ({ type, message }),
    );
    return { ...error, left: (await sender.everythingKept()) - before };
  }

  test("a missing, wrong, foreign, early or late signature, and all of them sound alike", async () => {
    const payment = await sender.unknownPayment();
    const body = JSON.stringify(webhookOf("payment.approved", payment.id));
    const at = Date.now();
    const bad = [
      null,
      "",
      "t=,v1=",
      "x".repeat(5_000),
      signatureOf(body, "0123456789abcdef0123456789abcdef", at),
      signatureOf(`${body} `, sender.secret, at),
      signatureOf(body, sender.secret, at - 310_000),
      signatureOf(body, sender.secret, at + 310_000),
    ];
    for (const signature of bad) {
      const refusal = await refusalOf(() => sender.send(body, { signature }));
      expect(refusal).toEqual({ type: "UNAUTHENTICATED", message: "The signature is not valid", left: 0 });
    }
    expect(await desk.paymentOf(payment.orderId)).toEqual(payment);
    expect(await desk.typesOf(payment.orderId)).toEqual(["payment.unknown"]);
  });

  test.each(["Sandbox", "stripe", "constructor"])("one of the provider %s, which the shop doesn't know", async (provider) => {
    const payment = await sender.unknownPayment();
    expect(await refusalOf(() => sender.deliver(webhookOf("payment.approved", payment.id), { provider }))).toMatchObject({
      type: "NOT_FOUND",
      left: 0,
    });
    expect(await desk.paymentOf(payment.orderId)).toEqual(payment);
  });

  test.each(["", "{", "payment.approved", '{"id":1,}', "\u0000"])("a signed body that isn't JSON: %j", async (body) => {
    expect(await refusalOf(() => sender.send(body))).toMatchObject({ type: "BAD_REQUEST", left: 0 });
  });

  const good = webhookOf("payment.approved", "p");
  test.each<[string, unknown]>([
    ["nothing", null],
    ["a list", [good]],
    ["no id", { ...good, id: undefined }],
    ["an id that is a number", { ...good, id: 1 }],
    ["an id that is too long", { ...good, id: "x".repeat(129) }],
    ["an id with a line break", { ...good, id: "a\nb" }],
    ["another type", { ...good, type: "payment.canceled" }],
    ["an amount that is a text", { ...good, data: { ...good.data, amount: "100" } }],
    ["an amount with a fraction", { ...good, data: { ...good.data, amount: 100.5 } }],
    ["an amount below zero", { ...good, data: { ...good.data, amount: -1 } }],
    ["an amount beyond 2⁵³ − 1", { ...good, data: { ...good.data, amount: 2 ** 53 } }],
    ["no data", { ...good, data: undefined }],
    ["a field more", { ...good, more: 1 }],
    ["a field more in its data", { ...good, data: { ...good.data, currency: "KRW" } }],
  ])("a signed body with %s", async (_what, body) => {
    expect(await refusalOf(() => sender.send(JSON.stringify(body)))).toMatchObject({ type: "VALIDATION_FAILED", left: 0 });
  });

  test.each([
    ["a prototype", `{"__proto__":{"id":"x"},"id":"a","type":"payment.approved","data":{"paymentId":"p","providerRef":"r","amount":1}}`],
    ["a great depth", `${"[".repeat(40_000)}${"]".repeat(40_000)}`],
  ])("a signed body with %s", async (_what, body) => {
    expect(await refusalOf(() => sender.send(body))).toMatchObject({ type: "VALIDATION_FAILED", left: 0 });
  });
});

describe("the secret", () => {
  test("is made at start, for its owner's eyes only, and stays the same", async () => {
    const file = join(desk.shop.config.dataDir, "payment-webhook-secret");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(sender.secret).toMatch(/^[0-9a-f]{64}$/);
    await desk.reopen();
    expect(await webhookSecretOf(desk.shop)).toBe(sender.secret);
    const { id, orderId } = await sender.unknownPayment();
    await sender.deliver(webhookOf("payment.approved", id));
    expect(await desk.paymentOf(orderId)).toMatchObject({ status: "APPROVED" });
  });

  test("is that of the configuration when there is one", async () => {
    const given = "a secret of the configuration";
    const shop = await startShop({ only: ["payment"], env: { PAYMENT_WEBHOOK_SECRET: given } });
    const body = JSON.stringify(webhookOf("payment.approved", "nobody's"));
    await expect(sender.send(body, { of: shop })).rejects.toMatchObject({ type: "UNAUTHENTICATED" });
    expect(await sender.send(body, { of: shop, signature: signatureOf(body, given) })).toEqual({});
    await expect(stat(join(shop.config.dataDir, "payment-webhook-secret"))).rejects.toMatchObject({ code: "ENOENT" });
    await shop.stop();
  });

  test("is what a person has written into the file, without the end of its line", async () => {
    const dataDir = await folderWith("0123456789abcdef\n");
    const shop = await startShop({ only: ["payment"], dataDir });
    const body = JSON.stringify(webhookOf("payment.approved", "nobody's"));
    expect(await sender.send(body, { of: shop, signature: signatureOf(body, "0123456789abcdef") })).toEqual({});
    await shop.stop();
  });

  test("is not one that anybody could guess", async () => {
    await expect(startShop({ only: ["payment"], dataDir: await folderWith("\n") })).rejects.toThrow("doesn't hold a secret");
  });
});

async function folderWith(kept: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "secret-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "payment-webhook-secret"), kept);
  return folder;
}
