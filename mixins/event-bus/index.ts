export { createEmbeddedBus, type EmbeddedBus, type EmbeddedBusOptions } from "./embedded-bus";
export { isMessageRejected, MessageRejectedError } from "./errors";
export type { BusMessage, EventBus, ReceivedMessage, SubscribeOptions, Subscription } from "./types";
