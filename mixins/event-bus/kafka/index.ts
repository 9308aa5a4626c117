export { createKafkaBus } from "./kafka-bus";
export type { KafkaBusOptions, KafkaLogger } from "./options";
