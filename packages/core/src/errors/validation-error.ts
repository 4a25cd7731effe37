import type { ErrorCode } from './codes.js';
import { VifError, type VifErrorOptions } from './vif-error.js';

/** One thing that is wrong with an input. */
export interface Violation {
  /** Where it is, as in `network.subnets[0].cidr`; empty for the input as a whole. */
  readonly path: string;
  /** What is asked for, as in `must be a UUID, not "x"`. */
  readonly message: string;
}

const shown = 3;

/** An input that is not of its documented form, with all that is wrong with it. */
export class ValidationError extends VifError {
  override readonly name = 'ValidationError';

  constructor(
    code: ErrorCode,
    /** What was read: the message begins with it. */
    subject: string,
    readonly violations: readonly Violation[],
    options?: VifErrorOptions,
  ) {
    const told = violations.slice(0, shown).map(({ path, message }) => `${path} ${message}`.trim());
    const more = violations.length - told.length;
    super(code, `${subject} is invalid: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`, options);
  }
}
