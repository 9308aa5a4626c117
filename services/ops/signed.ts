import type { Ctx } from "../../lib/handlers";

/** Whoever is signed in is who acts. */
export function signed<P extends { userId: string }>({ params: { userId: who, ...params } }: Ctx<P>): Omit<P, "userId"> & { who: string } {
  return { ...params, who };
}
