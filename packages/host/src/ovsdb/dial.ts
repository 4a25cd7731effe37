import { once } from 'node:events';
import { createConnection, type LookupFunction, type Socket } from 'node:net';
import { isVifError, VifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/engine/time';
import { retryTransient } from '../commands/transient.js';
import { codeOf } from '../kernel/error-code.js';
import type { OvsdbEndpoint, OvsdbTlsOptions } from './endpoint.js';
import { lookUp } from './lookup.js';
import { explainTlsError, readTlsOptions } from './tls.js';

/** Milliseconds. Otherwise a host that drops packets would block every call until the kernel gives up. */
const DIAL_TIMEOUT = 5_000;

/**
 * Opens a stream to the server.
 *
 * @param name the endpoint as the user gave it, for messages.
 * @throws VifError `OVSDB_UNREACHABLE`, or `INVALID_OPTIONS` for TLS keys that cannot be used.
 */
export async function dial(
  endpoint: OvsdbEndpoint,
  name: string,
  tls: OvsdbTlsOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const found = endpoint.kind === 'unix' ? undefined : await lookedUp(endpoint.host, name, signal);
  const at = { ...endpoint, ...(found && { lookup: found }) };
  const attempt = async () => {
    const socket = at.kind === 'ssl' ? await startTls(at, tls) : createConnection(at);
    return { socket, cause: await failureOf(socket, endpoint.kind === 'ssl', signal) };
  };
  // A Unix socket refuses while its backlog is full: the server is busy, and others wait for it.
  const isBusy = ({ cause }: { cause: unknown }) => codeOf(cause) === 'EAGAIN';
  const { socket, cause } = await retryTransient(attempt, isBusy, signal);
  if (cause !== undefined) throw new VifError('OVSDB_UNREACHABLE', explain(name, cause), { cause });
  return socket.setNoDelay(true);
}

/** @throws VifError OVSDB_UNREACHABLE */
async function lookedUp(
  host: string,
  name: string,
  signal: AbortSignal,
): Promise<LookupFunction | undefined> {
  try {
    return await withDeadline(DIAL_TIMEOUT, signal, (soon) => lookUp(host, soon));
  } catch (cause) {
    const isLate = isVifError(cause, 'TIMEOUT');
    const why = isLate ? `no name server replies for ${host}` : reasonOf(cause);
    const message = `Cannot connect to ${name} (${why}): check the endpoint, the network and its protocol`;
    throw new VifError('OVSDB_UNREACHABLE', message, { cause });
  }
}

/** Waits until a socket is connected. Otherwise the reason why it is not; it is then destroyed. */
async function failureOf(socket: Socket, isTls: boolean, signal: AbortSignal): Promise<unknown> {
  socket.on('error', () => {}); // an error before the owner of the socket listens would end the process
  const late = setTimeout(() => socket.destroy(new DialTimeout(socket)), DIAL_TIMEOUT);
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect', { signal });
    if (socket.destroyed) throw new Error('it closed the connection');
    return undefined;
  } catch (cause) {
    socket.destroy();
    return cause;
  } finally {
    clearTimeout(late);
  }
}

class DialTimeout extends Error {
  readonly code = 'ETIMEDOUT';

  constructor({ connecting }: Socket) {
    super(connecting ? 'nothing answers' : 'it accepts connections, but does not reply to the TLS handshake');
  }
}

async function startTls(
  { host, port, lookup }: { host: string; port: number; lookup?: LookupFunction },
  tls: OvsdbTlsOptions,
): Promise<Socket> {
  const [{ connect }, options] = await Promise.all([import('node:tls'), readTlsOptions(tls, host)]);
  try {
    return connect({ ...options, host, port, ...(lookup && { lookup }) });
  } catch (cause) {
    const isMismatch = codeOf(cause) === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
    const why = isMismatch ? 'the private key is not that of the certificate' : reasonOf(cause);
    const message = `The TLS keys for the OVSDB server cannot be used: ${why}; give PEM files that belong together`;
    throw new VifError('INVALID_OPTIONS', message, { cause });
  }
}

function explain(name: string, cause: unknown): string {
  const code = codeOf(cause);
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `No OVSDB server listens at ${name} (${code}): start it, or give the endpoint it listens at`;
    case 'EACCES':
    case 'EPERM':
      return `No permission to connect to ${name} (${code}): run as a user that may write to the socket`;
    case 'ABORT_ERR':
      return `Nothing answers at ${name}: check the endpoint and the network`;
    default: {
      const ofTls = explainTlsError(cause);
      if (ofTls !== undefined) return `TLS with the OVSDB server at ${name} failed: ${ofTls}`;
      // For a host with several addresses, the error has a code but no message.
      return `Cannot connect to ${name} (${reasonOf(cause) || code}): check the endpoint, the network and its protocol`;
    }
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
