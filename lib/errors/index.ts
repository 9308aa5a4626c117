import { Errors } from "moleculer";

import type { Refusal } from "../../mixins/outcome";
import { catalogue, type ErrorCode } from "./catalogue";

export { catalogue, type ErrorCode };

/** What may go with an error: `errors` names fields, the rest are facts for the client. Never secrets. */
export interface ErrorData {
  errors?: { path: string; message: string }[];
  [fact: string]: unknown;
}

/** An error of the catalogue. `type` is its code and survives the wire (a class does not). */
export class ShopError extends Errors.MoleculerError {
  declare type: ErrorCode;
  declare data: ErrorData | undefined;

  constructor(type: ErrorCode, detail?: string, data?: ErrorData) {
    super(detail ?? catalogue[type].title, catalogue[type].status, type, data);
    this.name = "ShopError";
  }
}

export function isErrorCode(type: unknown): type is ErrorCode {
  return typeof type === "string" && Object.hasOwn(catalogue, type);
}

/** A refusal as the error that the caller of an ordinary action gets. */
export function errorOf(refusal: Refusal): ShopError {
  if (!isErrorCode(refusal.type)) return new ShopError("INTERNAL", `refused with ${refusal.type}, which the catalogue doesn't know`);
  return new ShopError(refusal.type, refusal.detail, refusal.data);
}

/** A refusal of the catalogue; the code is checked by the compiler. */
export function refuse(type: ErrorCode, detail?: string, data?: Record<string, unknown>): Refusal {
  return { ok: false, type, detail: detail ?? catalogue[type].title, ...(data && { data }) };
}
