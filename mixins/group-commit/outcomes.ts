/** A handler broke its contract. Asking it again would go wrong likewise or, with other calls, seem right. */
export class WrongNumberOfOutcomes extends Error {
  constructor(
    readonly handler: string,
    calls: number,
    outcomes: number,
  ) {
    super(`the group handler ${handler} was given ${calls} calls and returned ${outcomes} outcomes`);
    this.name = "WrongNumberOfOutcomes";
  }
}

/**
 * Passes on what a handler returned when there is one outcome for each call.
 * @throws WrongNumberOfOutcomes
 */
export function checkOutcomes<O>(handler: { readonly name: string }, calls: readonly unknown[], outcomes: readonly O[]): readonly O[] {
  if (outcomes.length !== calls.length) throw new WrongNumberOfOutcomes(handler.name, calls.length, outcomes.length);
  return outcomes;
}
