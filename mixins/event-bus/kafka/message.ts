import type { EachBatchPayload } from "kafkajs";

import type { ReceivedMessage } from "../types";

type KafkaHeaders = EachBatchPayload["batch"]["messages"][number]["headers"];

/** A message as it is handed on; texts without a key, and without a value, are empty. */
export function received(topic: string, partition: number, message: EachBatchPayload["batch"]["messages"][number]): ReceivedMessage {
  const { key, value, offset, headers } = message;
  return { topic, partition, offset, key: key?.toString() ?? "", headers: textsOf(headers), payload: value?.toString() ?? "" };
}

/** A header that stands there twice has its first value. */
function textsOf(headers: KafkaHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) texts[name] = first.toString();
  }
  return texts;
}
