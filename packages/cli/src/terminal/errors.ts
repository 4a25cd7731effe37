import type { VifError } from '@vifkit/core';
import type { PlugError, UnplugError } from '@vifkit/engine';
import { printable } from './text.js';

/** An error in JSON form. Missing details are left out. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  /** Everything that is wrong with an input. */
  readonly violations?: Details['violations'];
  /** Each step of an unplug that failed. */
  readonly failures?: readonly Brief[];
  /** What a failed plug left behind. */
  readonly undoFailures?: readonly Brief[];
  readonly cause?: Brief;
}

export function errorJson(error: VifError): ErrorJson {
  const { failures, undoFailures, violations } = error as VifError & Partial<Details>;
  return {
    code: error.code,
    message: error.message,
    ...(violations && { violations }),
    ...(failures && { failures: failures.map(brief) }),
    ...(undoFailures?.length && { undoFailures: undoFailures.map(brief) }),
    ...(error.cause !== undefined && { cause: brief(error.cause) }),
  };
}

/** Further details of errors with certain codes. */
interface Details {
  readonly violations: readonly { readonly path: string; readonly message: string }[];
  readonly failures: UnplugError['failures'];
  readonly undoFailures: PlugError['undoFailures'];
}

interface Brief {
  readonly code?: unknown;
  readonly message: string;
}

function brief(error: unknown): Brief {
  if (!(error instanceof Error)) return { message: String(error) };
  return { ...('code' in error && { code: error.code }), message: error.message };
}

/** The line for a request's error. The request is named unless the message already names it. */
export function errorLine(id: string | null, { code, message }: VifError): string {
  const request = id === null || names(message, id) ? '' : ` (request ${id})`;
  return `${printable(`vif: ${code}: ${message}${request}`)}\n`;
}

function names(message: string, id: string): boolean {
  return message.split(/[\s'"(),:;]+/).includes(id);
}
