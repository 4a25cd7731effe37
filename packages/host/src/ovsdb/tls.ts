import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { VifError } from '@vifkit/core';

/** Keys for an `ssl:` endpoint. Each is a file's path, or PEM text itself. */
export interface OvsdbTlsOptions {
  /** The certificate authority that the server's certificate must be signed by. */
  readonly ca?: string;
  /** Our certificate, and its private key. ovsdb-server asks for one unless it is told not to. */
  readonly cert?: string;
  readonly key?: string;
}

/** Node's form of the options. Files are read anew each time, since certificates are renewed. */
export async function readTlsOptions(options: OvsdbTlsOptions): Promise<ConnectionOptions> {
  const pem = async (name: keyof OvsdbTlsOptions) => {
    const value = options[name];
    if (value === undefined || value.includes('-----BEGIN ')) return value;
    try {
      return await readFile(value, 'utf8');
    } catch (cause) {
      throw new VifError('INVALID_OPTIONS', `The TLS ${name} cannot be read from '${value}'`, { cause });
    }
  };
  const [ca, cert, key] = await Promise.all([pem('ca'), pem('cert'), pem('key')]);
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    // Open vSwitch's certificates name a switch or a controller, not a host, and its own programs trust
    // whatever the authority signed.
    checkServerIdentity: () => undefined,
  };
}
