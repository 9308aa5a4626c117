import type { ServiceBroker } from "moleculer";

import type { RequestMeta } from "../lib/handlers";
import type { ActionRef, ParamsOf, ResultOf } from "../mixins/action-ref";

/** Calls actions by their contracts from outside of any service, as staff would at the REPL. */
export function callOf(broker: ServiceBroker) {
  return <A extends ActionRef>(ref: A, params: ParamsOf<A>, meta: RequestMeta = {}): Promise<ResultOf<A>> =>
    broker.call<ResultOf<A>, ParamsOf<A>>(ref.name, params, { meta });
}
