import type { ErrorCode } from './codes.js';
import { quote } from './quote.js';

// A registered symbol, so that errors from another copy of this package are recognised too.
const brand = Symbol.for('vifkit.error');

const maxReasonLength = 2_000;

/** What an error may have besides its code and message. */
export interface VifErrorOptions {
  /** The id of the VIF concerned. */
  readonly vifId?: string | undefined;
  /** The underlying error. */
  readonly cause?: unknown;
}

/** Error classes with more properties than `VifError`, by code. A package that has such a class adds it here. */
// biome-ignore lint/suspicious/noEmptyInterface: packages add to it
export interface ErrorsByCode {}

/** The class of the errors with this code. */
export type ErrorOf<Code extends ErrorCode> = Code extends keyof ErrorsByCode
  ? ErrorsByCode[Code]
  : VifError<Code>;

/** The base of every error that vifkit throws: a stable {@link code}, and a message that says what to do. */
export class VifError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'VifError';
  readonly [brand] = true;
  /** The id of the VIF concerned, if there is one. */
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

  /** All properties of the error but its stack, for `JSON.stringify`, which writes a plain `Error` as `{}`. */
  toJSON(): object {
    const { name, code, message, vifId, cause } = this;
    const details = Object.entries(this).filter(([key]) => !['name', 'code', 'vifId', 'cause'].includes(key));
    return {
      name,
      code,
      message,
      ...(vifId !== undefined && { vifId }),
      ...Object.fromEntries(details),
      ...(cause !== undefined && { cause: describeCause(cause) }),
    };
  }
}

/** How many causes of causes are written: a foreign error may be its own cause. */
const maxCauses = 5;

/** A cause as JSON has it. Of a foreign error, that is its name, code (`ENOENT`), message and causes. */
function describeCause(cause: unknown, depth = 1): object {
  if (isVifError(cause)) return cause;
  try {
    const { name, code, cause: inner } = Object(cause) as Partial<NodeJS.ErrnoException>;
    return {
      ...(cause instanceof Error && { name }),
      ...(typeof code === 'string' && { code }),
      message: reasonOf(cause),
      ...(inner !== undefined && depth < maxCauses && { cause: describeCause(inner, depth + 1) }),
    };
  } catch {
    return { message: reasonOf(cause) }; // it does not want to be looked at
  }
}

/** Whether an error is one of vifkit's. Errors carry a brand, so those of another copy of core are recognised too. */
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
    return false; // a plugin threw something that cannot be read
  }
}

/** The error itself if it is one of vifkit's; otherwise an error of the given code with it as the cause. */
export function asVifError(error: unknown, code: ErrorCode, context: string, vifId?: string): VifError {
  if (isVifError(error)) return error;
  return new VifError(code, `${context}: ${reasonOf(error)}`, { cause: error, vifId });
}

/** The message of whatever was thrown, truncated because its length is not ours to control. */
export function reasonOf(error: unknown): string {
  try {
    const message: unknown = error instanceof Error ? error.message : quote(error);
    return typeof message === 'string' ? message.slice(0, maxReasonLength) : quote(message);
  } catch {
    return 'something that cannot be shown';
  }
}

/** One thing that is wrong with an input. */
export interface Violation {
  /** Where it is, as in `network.subnets[0].cidr`; empty for the input as a whole. */
  readonly path: string;
  /** What is required, as in `must be a UUID, not "x"`. */
  readonly message: string;
}

const shown = 3;

/** An input does not have its documented form. The error lists everything that is wrong with it. */
export class ValidationError extends VifError {
  override readonly name = 'ValidationError';

  constructor(
    code: ErrorCode,
    /** What was read; the message begins with it. */
    subject: string,
    /** Everything that is wrong; the message has the first three. */
    readonly violations: readonly Violation[],
    options?: VifErrorOptions,
  ) {
    const listed = violations.slice(0, shown).map(({ path, message }) => `${path || 'it'} ${message}`);
    const more = violations.length - listed.length;
    super(
      code,
      `${subject} is invalid: ${listed.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
      options,
    );
  }
}
