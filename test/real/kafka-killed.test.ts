/**
 * A shop whose Kafka is frozen, and then killed, goes on selling, and its followers catch up. `KAFKA_FROZEN_MS=60000` is the long form.
 */
import { readUnderWay, reconcile } from "../../scripts/reconcile";
import { pause } from "../../mixins/waiting";
import { newCustomers, type Person } from "../fault/crowd";
import { Intent } from "../fault/orders";
import { ShopProcess } from "../fault/shop-process";
import { waitFor } from "../support/wait";
import { ownKafka } from "./own-kafka";

const frozenMs = Number(process.env.KAFKA_FROZEN_MS ?? 12_000);
const buyers = 20;
/** Of each buyer between two orders: about 100 orders a second in all, if the machine can. */
const thinkMs = 150;
const caughtUpMs = 30_000;

jest.setTimeout(frozenMs + 240_000);

test("I7: Kafka is frozen and killed under load: every order is accepted, and what follows orders is right within 30 s", async () => {
  const kafka = await ownKafka();
  const shop = await ShopProcess.start({ KAFKA_BROKERS: kafka.brokers });
  const admin = await shop.login("admin@example.com");
  const productId = (await admin.post<{ id: string }>("/products", { name: "Mug", price: 1_000, stock: 1_000_000 })).body.id;
  const people = await newCustomers(shop, buyers, 1_000_000);
  let buying = true;
  const statuses = new Map<number | undefined, number>();
  const buy = async (person: Person) => {
    while (buying) {
      const answer = await new Intent(person, { items: [{ productId, quantity: 1 }], payment: { method: "CASH" } }).ask(shop);
      statuses.set(answer?.status, (statuses.get(answer?.status) ?? 0) + 1);
      await pause(thinkMs);
    }
  };
  const sold = () => statuses.get(201) ?? 0;
  const all = people.map(buy);
  await waitFor(() => sold() > 50, { what: "the first orders" });

  kafka.freeze();
  const before = sold();
  await pause(frozenMs);
  expect(sold()).toBeGreaterThan(before);
  kafka.wake();
  await waitFor(() => sold() > before + 100, { what: "orders after the frost" });
  await kafka.kill();
  const then = sold();
  await waitFor(() => sold() > then + 100, { what: "orders without Kafka", timeoutMs: 60_000 });
  await kafka.run();
  buying = false;
  await Promise.all(all);

  expect([...statuses.keys()]).toEqual([201]);
  await waitFor(async () => (await readUnderWay(shop.config)).length === 0, {
    what: "followers to catch up",
    timeoutMs: caughtUpMs,
    everyMs: 200,
  });
  expect(await reconcile(shop.config)).toMatchObject({ violations: [], underWay: [], orders: sold() });
});
