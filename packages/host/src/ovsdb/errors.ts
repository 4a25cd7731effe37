import { isVifError, VifError, type VifErrorOptions } from '@vifkit/core';

/** The error strings of RFC 7047, and those that ovsdb-server adds or spells differently. */
type OvsdbErrorString =
  | 'aborted'
  | 'constraint violation'
  | 'domain error'
  | 'duplicate uuid name'
  | 'duplicate uuid-name'
  | 'I/O error'
  | 'not owner'
  | 'not supported'
  | 'permission error'
  | 'range error'
  | 'referential integrity violation'
  | 'resources exhausted'
  | 'syntax error'
  | 'timed out'
  | 'unknown database';

/** A listed string, or an unknown one. */
export type AnyOvsdbError = OvsdbErrorString | (string & Record<never, never>);

export interface OvsdbErrorOptions extends VifErrorOptions {
  readonly error: AnyOvsdbError;
  readonly details?: string | undefined;
  /** The index of the operation that failed; undefined if it was the commit, or the request as a whole. */
  readonly operation?: number | undefined;
}

/** The server refused a request. Its code is `OVSDB_ERROR`, and nothing of the transaction was done. */
export class OvsdbOperationError extends VifError {
  readonly error: AnyOvsdbError;
  readonly details: string | undefined;
  readonly operation: number | undefined;

  constructor(what: string, options: OvsdbErrorOptions) {
    const { error, details, operation } = options;
    super('OVSDB_ERROR', `${what}: ${error}${details === undefined ? '' : ` (${details})`}`, options);
    this.error = error;
    this.details = details;
    this.operation = operation;
  }
}

/** The connection was lost; it is not known which of the calls in progress the server received. */
export class LostError extends VifError {}

/** The server cannot have received the call in full, since the connection was lost first. */
export class UnsentError extends VifError {}

/** A server that replied before cannot be connected to at the moment. */
export class AwayError extends VifError {
  constructor({ code, message, cause }: VifError) {
    super(code, message, { cause });
  }
}

/**
 * What a failure means for a retry. `away`: nothing was sent, and the server is expected back. `unsent`: the server
 * cannot have received the call. `lost`: it may have carried out the call. `overtaken`: a guard of the transaction
 * failed, because others have changed its rows. `refused`: this transaction cannot be carried out. `final`: anything
 * else.
 */
export type Failure = 'away' | 'unsent' | 'lost' | 'overtaken' | 'refused' | 'final';

export function failureOf(error: unknown): Failure {
  if (error instanceof AwayError) return 'away';
  if (error instanceof UnsentError) return 'unsent';
  if (error instanceof LostError) return 'lost';
  if (error instanceof OvsdbOperationError && error.error === 'timed out') return 'overtaken';
  const isRefusal = (['OVSDB_ERROR', 'OVS_BRIDGE_NOT_FOUND', 'OVS_PORT_NOT_OURS'] as const).some((code) =>
    isVifError(error, code),
  );
  return isRefusal ? 'refused' : 'final';
}

/** Whether a transaction that failed in this way was not made. Of others, that is not known. */
export function wasNotMade(error: unknown): boolean {
  return error instanceof UnsentError || error instanceof OvsdbOperationError;
}

/** Whether the server is one that cannot insert a row with a given id: its parser knows no such member. */
export function refusesIds(error: VifError): boolean {
  return (
    error instanceof OvsdbOperationError && /'uuid' is present but not allowed/.test(error.details ?? '')
  );
}

/** The error in the reply to a call: an object as in RFC 7047, or any JSON. */
export function rpcError(method: string, answer: unknown): OvsdbOperationError {
  return new OvsdbOperationError(`The OVSDB server refused ${method}`, readError(answer));
}

// The server's text is put into messages, but no more of it than somebody would read.
const MAX_QUOTED = 1_000;

/** Reads `{"error": ..., "details": ...}`. */
export function readError(value: unknown): { error: string; details: string | undefined } {
  if (typeof value !== 'object' || value === null || !('error' in value) || typeof value.error !== 'string') {
    const error = typeof value === 'string' ? value : JSON.stringify(value);
    return { error: error.slice(0, MAX_QUOTED), details: undefined };
  }
  const details = 'details' in value && typeof value.details === 'string' ? value.details : undefined;
  return { error: value.error.slice(0, MAX_QUOTED), details: details?.slice(0, MAX_QUOTED) };
}
