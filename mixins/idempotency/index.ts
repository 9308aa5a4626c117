export { IDEMPOTENCY_KEY_REUSED, idempotent, type IdempotentOptions } from "./idempotent";
export { idempotencyMixin, type IdempotencyMixinOptions } from "./mixin";
export { createIdempotencyTable, type IdempotencyKey } from "./table";
