import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { VifError } from '@vifkit/core';
import { withDeadline } from '@vifkit/core/time';
import type { OvsdbEndpoint } from './endpoint.js';
import { type OvsdbTlsOptions, readTlsOptions } from './tls.js';

// A host that swallows packets would otherwise hold every call until the kernel gives up.
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
  const socket = endpoint.kind === 'ssl' ? await startTls(endpoint, tls) : createConnection(endpoint);
  try {
    const ready = endpoint.kind === 'ssl' ? 'secureConnect' : 'connect';
    await withDeadline(DIAL_TIMEOUT, signal, (patience) => once(socket, ready, { signal: patience }));
  } catch (cause) {
    socket.destroy();
    throw new VifError('OVSDB_UNREACHABLE', explain(name, cause), { cause });
  }
  return socket.setNoDelay(true);
}

async function startTls(at: { host: string; port: number }, tls: OvsdbTlsOptions): Promise<Socket> {
  const [{ connect }, options] = await Promise.all([import('node:tls'), readTlsOptions(tls)]);
  try {
    return connect({ ...options, host: at.host, port: at.port });
  } catch (cause) {
    throw new VifError('INVALID_OPTIONS', 'The TLS keys for the OVSDB server cannot be used', { cause });
  }
}

function explain(name: string, cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return `No OVSDB server listens at ${name} (${code}): start it, or give the endpoint it listens at`;
    case 'EACCES':
    case 'EPERM':
      return `No permission to connect to ${name} (${code}): run as a user that may write to the socket`;
    case 'ABORT_ERR':
      return `Nothing answers at ${name}: check the endpoint and the network`;
    default:
      return `Cannot connect to ${name} (${message}): check the endpoint, and the keys if it is an ssl: one`;
  }
}
