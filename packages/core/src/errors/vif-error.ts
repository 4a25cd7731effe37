import type { ErrorCode } from './codes.js';
import { quote } from './quote.js';

// A registered symbol, so that errors of another copy of this package are recognised too.
const brand = Symbol.for('vifkit.error');

const longestReason = 2_000;

/** What an error has besides its code and its message. */
export interface VifErrorOptions {
  /** The id of the VIF concerned. */
  readonly vifId?: string | undefined;
  /** The error that it comes from. */
  readonly cause?: unknown;
}

/** Codes whose errors have more than the others. A package that has such an error adds it here. */
// biome-ignore lint/suspicious/noEmptyInterface: packages add to it
export interface ErrorsByCode {}

/** The class of the errors of a code. */
export type ErrorOf<Code extends ErrorCode> = Code extends keyof ErrorsByCode
  ? ErrorsByCode[Code]
  : VifError<Code>;

/** The base of every error that vifkit throws: a stable {@link code}, and a message that says what to do. */
export class VifError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'VifError';
  readonly [brand] = true;
  /** The id of the VIF concerned, where there is one. */
  readonly vifId: string | undefined;

  constructor(
    /** Stable: programs may compare it. */
    readonly code: Code,
    message: string,
    options: VifErrorOptions = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.vifId = options.vifId;
  }

  /** All that it tells, for `JSON.stringify`: of an `Error` that would leave nothing. Stacks are left out. */
  toJSON(): object {
    const { name, code, message, vifId, cause } = this;
    const details = Object.entries(this).filter(([key]) => !['name', 'code', 'vifId', 'cause'].includes(key));
    return {
      name,
      code,
      message,
      ...(vifId !== undefined && { vifId }),
      ...Object.fromEntries(details),
      ...(cause !== undefined && { cause: isVifError(cause) ? cause : { message: reasonOf(cause) } }),
    };
  }
}

/** Whether an error is one of vifkit's. It goes by a brand: errors of another copy of core are recognised, too. */
export function isVifError(error: unknown): error is VifError;
/** Whether an error is one of vifkit's, and of this code. */
export function isVifError<Code extends ErrorCode>(error: unknown, code: Code): error is ErrorOf<Code>;
export function isVifError(error: unknown, code?: ErrorCode): error is VifError {
  if (typeof error !== 'object' || error === null) return false;
  try {
    const { [brand]: ours, code: found, message } = error as Partial<VifError>;
    const whole = ours === true && typeof found === 'string' && typeof message === 'string';
    return whole && (code === undefined || found === code);
  } catch {
    return false; // whatever a plugin threw, it does not want to be looked at
  }
}

/** The error itself if it is one of vifkit's, else one of the given code that has it as its cause. */
export function asVifError(error: unknown, code: ErrorCode, context: string, vifId?: string): VifError {
  if (isVifError(error)) return error;
  return new VifError(code, `${context}: ${reasonOf(error)}`, { cause: error, vifId });
}

/** What an error says, whatever was thrown; cut, since somebody else wrote it. */
export function reasonOf(error: unknown): string {
  try {
    const message: unknown = error instanceof Error ? error.message : quote(error);
    return typeof message === 'string' ? message.slice(0, longestReason) : quote(message);
  } catch {
    return 'something that cannot be shown';
  }
}

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
    /** All that is wrong; the message has the first three. */
    readonly violations: readonly Violation[],
    options?: VifErrorOptions,
  ) {
    const told = violations.slice(0, shown).map(({ path, message }) => `${path} ${message}`.trim());
    const more = violations.length - told.length;
    super(code, `${subject} is invalid: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`, options);
  }
}
