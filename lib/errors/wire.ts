import { Errors } from "moleculer";

import { isErrorCode, ShopError } from ".";
import { problemOf } from "./problem";

/**
 * Errors on their way to another node: each is there the problem that it is here. Of an error only name, message, code, type and data
 * travel, and some are known by more (a database's by its number): these go as what they are in the catalogue.
 */
export class WireErrors extends Errors.Regenerator {
  override extractPlainError(error: Record<string, unknown>, payload?: Record<string, unknown>) {
    const plain = super.extractPlainError(error, payload);
    if (isErrorCode(error.type)) return plain;
    const { code } = problemOf(error);
    if (problemOf(Object.assign(new Error(), plain)).code === code) return plain;
    return { ...super.extractPlainError(new ShopError(code) as unknown as Record<string, unknown>, payload), stack: plain.stack };
  }
}
