export { createEmbeddedBus, type EmbeddedBus, type EmbeddedBusOptions } from "./embedded-bus";
export { isMessageRejected, isTopicsError, MessageRejectedError, TopicsError } from "./errors";
export { lagOf } from "./types";
export type { BusMessage, EventBus, PartitionProgress, ReceivedMessage, SubscribeOptions, Subscription } from "./types";
