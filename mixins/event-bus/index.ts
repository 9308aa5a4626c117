export { createEmbeddedBus, type EmbeddedBus, type EmbeddedBusOptions } from "./embedded-bus";
export { isMessageRejected, isTopicsError, MessageRejectedError, TopicsError } from "./errors";
export { createKafkaBus, type KafkaBusOptions } from "./kafka";
export { topicsAtStart } from "./topics-at-start";
export { lagOf } from "./types";
export type { BusMessage, EventBus, PartitionProgress, PartitionRange, ReceivedMessage, SubscribeOptions, Subscription } from "./types";
