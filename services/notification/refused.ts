/** A message that will not be taken however often it is tried. The text says why, for staff. */
export class RefusedForGood extends Error {
  override readonly name = "RefusedForGood";
}
