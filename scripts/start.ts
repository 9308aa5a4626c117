/** `npm start`: a node of the shop; with nothing configured the whole shop, on a folder of its own. */
import type * as OpenShop from "./open-shop";
import { fail, onStopSignal } from "./process";

// Loading takes a second, in which a signal is to be heard already.
const stopping = new AbortController();
const opened = Promise.resolve().then(() => (require("./open-shop") as typeof OpenShop).openShop(stopping.signal));

onStopSignal(async () => {
  stopping.abort();
  await (await opened).stop();
});
opened.catch(fail);
