import { bodyOf, posts } from "../load/request";
import type { Workload } from "./workload";

/** W5: sagas of five steps that do nothing; or of which the fifth refuses. The baseline writes a first and a last row, and always succeeds. */
const five = (refuse: boolean): Workload => ({
  counts: "sagas",
  needs: () => ({ stocks: [], quantities: [], customers: 0 }),
  work({ url, side, c, goesOn }) {
    const post = posts(url, "/w5");
    const body = bodyOf({ refuse });
    return { clients: new Array(c).fill(() => post(body)), expects: [refuse && side === "ours" ? 409 : 201], goesOn };
  },
  wrong: () => [],
});

export const saga: Workload = five(false);
export const sagaUndone: Workload = five(true);
