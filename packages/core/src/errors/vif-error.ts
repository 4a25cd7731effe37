import { quote } from '../validation/quote.js';
import type { ErrorCode } from './codes.js';

// A registered symbol, so that errors of another copy of this package are recognised too.
const brand = Symbol.for('vifkit.error');

export interface VifErrorOptions {
  /** The id of the VIF concerned. */
  readonly vifId?: string | undefined;
  readonly cause?: unknown;
}

/** The base of every error that vifkit throws: a stable {@link code}, and a message that says what to do. */
export class VifError extends Error {
  override readonly name: string = 'VifError';
  readonly [brand] = true;
  readonly vifId: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: VifErrorOptions = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.vifId = options.vifId;
  }
}

/** Whether an error is one of vifkit's, and, if a code is given, of that code. Does not rely on `instanceof`. */
export function isVifError(error: unknown, code?: ErrorCode): error is VifError {
  return (
    typeof error === 'object' &&
    error !== null &&
    brand in error &&
    (code === undefined || (error as VifError).code === code)
  );
}

/** The error itself if it is one of vifkit's, else one of the given code that has it as its cause. */
export function asVifError(error: unknown, code: ErrorCode, context: string, vifId?: string): VifError {
  if (isVifError(error)) return error;
  const reason = error instanceof Error ? error.message : quote(error);
  return new VifError(code, `${context}: ${reason}`, { cause: error, vifId });
}
